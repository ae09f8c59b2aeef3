/**
 * A JSON object as it goes over the wire.
 * @module
 */

/** A JSON object with unchecked properties. */
export type WireObject = { readonly [property: string]: unknown }
