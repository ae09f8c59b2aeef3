/**
 * Results of operations, as the service reports them.
 * @module
 */

/** The callee declined. */
export const declined = { code: 603, subcode: 8538, message: 'Callee declined.' }
