import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { performDemo } from '../../src/demo/demo.ts'
import { rollcall, rollcallProcess } from '../command/command-run.ts'
import { until } from '../waiting/waiting.ts'

const escapeCharacter = String.fromCharCode(27)

beforeEach(() => {
  vi.stubEnv('NO_COLOR', undefined)
  vi.stubEnv('FORCE_COLOR', undefined)
})

afterEach(() => void vi.unstubAllEnvs())

/** A demo in this process, and its output as it grows. */
function play(options: Omit<Parameters<typeof performDemo>[0], 'out'>) {
  const out = new PassThrough()
  let text = ''
  out.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  return { out, code: performDemo({ out, ...options }), text: () => text }
}

describe('the demo', () => {
  test('runs every scene on both paths over HTTP, checks the outcomes, prints plain text, and exits with 0', async () => {
    const { stdout: out, stderr, status } = await rollcallProcess('demo', '--once')
    expect(stderr).toBe('')
    expect(out).not.toContain('✗')
    expect(status).toBe(0)
    // Plain text: there is no terminal.
    expect(out).not.toContain(escapeCharacter)
    expect(out).not.toMatch(/[ \t]$/m)
    const acts = out.split(/The bot creates a call on (\S+)\n/).slice(1)
    expect([acts[0], acts[2]]).toEqual(['/communications/calls', '/app/calls'])
    for (const [path, act = ''] of [
      [acts[0], acts[1]],
      [acts[2], acts[3]],
    ]) {
      for (const verdict of [
        'Ann is removed: removed by local',
        'Bob is cancelled: cancelled by local',
        'Cem is removed: removed by local',
        'Dan is cancelled: declined by remote',
        'Eve is cancelled: noAnswer by remote',
      ]) {
        expect(act).toContain(`✓ ${verdict}`)
      }
      expect(act.match(/✓ one DELETE, answered 204/g)).toHaveLength(3)
      expect(act.match(new RegExp(`DELETE ${path}/[0-9a-f]{4}…/participants/[0-9a-f]{4}… +204`, 'g'))).toHaveLength(3)
      expect(act).toMatch(/Cem +ringing → active, removal accepted +\S.*; not announced to the application/)
      expect(act).toMatch(/^ {2}Ann +removed +removed +local +1 +invitation$/m)
      expect(act).toMatch(/^ {2}Bob +cancelled +cancelled +local +1 +invitation$/m)
      expect(act).toMatch(/^ {2}Cem +removed +removed +local +1 +invitation$/m)
      expect(act).toMatch(/^ {2}Dan +cancelled +declined +remote +0 +invitation$/m)
      expect(act).toMatch(/^ {2}Eve +cancelled +noAnswer +remote +0 +invitation$/m)
      expect(act).toMatch(/^ {2}Fay +active +0 +itself$/m)
    }
    expect(out).toMatch(/\nEvery scene ended as expected\.\n$/)
  })

  test('prints colours if they are forced', async () => {
    vi.stubEnv('FORCE_COLOR', '1')
    const { stdout, status } = await rollcall(['demo'])
    expect(stdout).toContain(`${escapeCharacter}[32mactive${escapeCharacter}[39m`)
    expect(status).toBe(0)
  })

  test('exits with 1 if an expectation is not met: here no participant may be removed', async () => {
    const demo = play({ settings: { tenant: { removers: [] } } })
    expect(await demo.code).toBe(1)
    expect(demo.text()).toMatch(/✗ the scene failed: The service refused to remove the participant/)
    expect(demo.text()).toMatch(/expectations were not met\.\n$/)
  })

  test('ends the same if the service does not report a cancelled invite', async () => {
    const demo = play({ settings: { switches: { removedInvitee: 'silence', casing: 'observed' } } })
    const code = await demo.code
    expect(demo.text()).not.toContain('✗')
    expect(code).toBe(0)
  })

  test('keeps running until stopped, and logs requests of other programs', async () => {
    const visit = async (text: string): Promise<void> => {
      const [, url = ''] = /curl -X DELETE (\S+)/.exec(text) ?? []
      const response = await fetch(url, { method: 'DELETE' })
      expect(response.status).toBe(204)
    }
    const demo = play({
      stopped: async () => {
        await visit(demo.text())
        await until(
          'the log shows that Fay is removed',
          () => demo.text().split('keep running')[1],
          /Fay +active → removed +\S/,
        )
      },
    })
    expect(await demo.code).toBe(0)
  })
})
