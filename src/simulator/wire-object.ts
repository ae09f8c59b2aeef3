/**
 * A JSON object as it goes over the wire.
 * @module
 */

/** A JSON object; what its properties are is for its reader to find out. */
export type WireObject = { readonly [property: string]: unknown }
