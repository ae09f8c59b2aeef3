/**
 * The call and the invitee of the documented requests.
 * @module
 */

/** The call of the documented requests. */
export const callId = 'ab6233a5-20b7-4c5e-bea2-ce56c9776429'

/** Its address. */
export const callUrl = `https://graph.microsoft.com/v1.0/communications/calls/${callId}`

/** The invitee of the documented invite. */
export const invitee = {
  identity: { user: { id: '278405a3-f568-4b3e-b684-009193463064' } },
  replacesCallId: 'a7ebfb2d-871e-419c-87af-27290b22e8db',
}

/** The context of the documented invite. */
export const clientContext = 'f2fa86af-3c51-4bc2-8fc0-475452d9764f'
