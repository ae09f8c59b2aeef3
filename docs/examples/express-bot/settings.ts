/**
 * Settings: reads the environment once, and reports all errors together.
 * @module
 */

/** The settings of the bot. */
export interface Settings {
  readonly appId: string
  readonly appSecret: string
  readonly tenantId: string
  /** Object ids of the users on call. */
  readonly onCall: readonly string[]
  /** The public address of the bot; absent with an emulator on this machine. */
  readonly publicUrl: string | undefined
  readonly port: number
  readonly database: string
  /** Microsoft's, except with an emulator. */
  readonly graphUrl: string
  readonly loginUrl: string
  readonly openIdConfigUrl: string | undefined
}

/** Reads the environment. @throws Error that names the missing and wrong variables */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const faults: string[] = []
  const required = (name: string): string => {
    const value = env[name]?.trim() ?? ''
    if (value === '') faults.push(`${name} is not set`)
    return value
  }
  const settings = {
    appId: required('APP_ID'),
    appSecret: required('APP_SECRET'),
    tenantId: required('TENANT_ID'),
    onCall: required('ON_CALL')
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== ''),
    publicUrl: env['PUBLIC_URL']?.replace(/\/+$/, '') || undefined,
    port: Number(env['PORT'] ?? 3978),
    database: env['DATABASE'] ?? 'calls.db',
    graphUrl: env['GRAPH_URL'] ?? 'https://graph.microsoft.com',
    loginUrl: env['LOGIN_URL'] ?? 'https://login.microsoftonline.com',
    openIdConfigUrl: env['OPENID_CONFIG_URL'] || undefined,
  }
  if (!(Number.isInteger(settings.port) && settings.port >= 0 && settings.port < 65_536))
    faults.push('PORT is not the number of a port')
  if (settings.publicUrl === undefined && settings.openIdConfigUrl === undefined) faults.push('PUBLIC_URL is not set')
  if (faults.length > 0) throw new Error(`${faults.join(', ')}; .env.example says what they are`)
  return settings
}
