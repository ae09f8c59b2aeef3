/**
 * Document: the text of docs/emulator.md, generated from the tables of behaviours, switches, times and resources.
 *
 * A test runs each "```sh run" fence as it is, against an emulator started by the fence before; the "```text" fence
 * after it is its output.
 * @module
 */
import { defaultSwitches, switchReadings } from '../../src/simulator/graph/settings.ts'
import { defaultTiming } from '../../src/simulator/world/settings.ts'
import { behaviours } from './behaviours.ts'
import type { Pin } from './pins.ts'
import { switchMeanings } from './switch-meanings.ts'
import { emulateHelp } from '../../src/emulator/cli.ts'
import { CONTROL_PATH, controlRoutes } from '../../src/emulator/control-api.ts'
import { REQUEST_LOG_LIMIT } from '../../src/emulator/request-log.ts'

/** The document's text. */
export function emulatorDocument(): string {
  return `${introduction}
${example}
## Behaviours and their sources

*documented*: a Microsoft page says so. *observed*: captured traffic or a public thread shows it. *assumed*: there is
no source. Where sources or assumptions differ there is a switch. Page names are those of the Microsoft Graph
reference. The named test covers each line.

${table(
  ['', 'behaviour', 'label', 'source', 'test'],
  behaviours.map(({ about, what, label, source, pin }) => [about, what, label, source, pinned(pin)]),
)}

## Switches

Set with \`settings.switches\` of \`startEmulator\`, a scenario's \`settings\`, or \`PATCH ${CONTROL_PATH}/settings\`.
The first reading is the default.

${table(['switch', 'about', 'reading', 'meaning', 'label', 'source'], switchRows())}

## Times

Virtual milliseconds, set with \`settings.timing\`.

${table(
  ['time', 'default'],
  Object.entries(defaultTiming).map(([name, ms]) => [`\`${name}\``, ms.toLocaleString('en-US')]),
)}

## Access

The emulator accepts programs on this machine. A request is answered 403, on every path, if its \`Host\` is a name other
than \`localhost\`, the name the emulator listens on, or a name given with \`--allowed-host\` (\`allowedHosts\`), or if a page
of another origin sent it: a site open in a browser can neither control an emulator nor read from it.

## Control API

For tests in other languages. In TypeScript, \`emulatorClient(url)\` has a method for each resource; in the same process
use \`emulator.control\`. Bodies are checked against the [schema](scenario.schema.json): 400 names the path of the error,
409 the reason why an act is not possible. The request log keeps the last ${REQUEST_LOG_LIMIT.toLocaleString('en-US')} entries, and counts dropped ones.

${table(
  ['method', 'path', 'what it does'],
  controlRoutes.map(({ method, path, summary }) => [method, `\`${CONTROL_PATH}${path}\``, summary]),
)}
${scenarios}
## Command

\`\`\`text
${emulateHelp}
\`\`\`
`
}

const introduction = `# The emulator

A call service on loopback with Microsoft Graph's URLs: a bot in any language uses it in place of
\`https://graph.microsoft.com\`, and needs no tenant, no tunnel and no people. Behind the URLs is the simulated world of
\`rollcall/simulator\`; the same seed gives the same history.

\`\`\`ts
import { startEmulator } from 'rollcall/emulator'

const emulator = await startEmulator({ clock: 'stepped', scripts: { '{user id}': { type: 'answer', afterMs: 3_000 } } })
// point the bot at emulator.url, then:
await emulator.advance(5_000)
emulator.truth(callId) // the true state of the call, whatever the bot believes
await emulator.close()
\`\`\`

Differences from the service: there are no media, chats, meetings and directories; no permissions are checked except
the tenant's remove list; keys and tokens are real, depend on real time, and differ from run to run.
`

const example = `
## A bot written with curl

Both documented examples of [participant-delete](https://learn.microsoft.com/graph/api/participant-delete), by hand.
Start an emulator in one terminal, with a clock that moves only when advanced:

\`\`\`sh
rollcall emulate --port 4010 --clock stepped --seed curl --quiet
\`\`\`

In another terminal, set its URL and get a token for an application (any secret works):

\`\`\`sh
EMULATOR=http://127.0.0.1:4010
\`\`\`

\`\`\`sh run
first() { grep -o "\\"$1\\":\\"[^\\"]*\\"" | head -1 | cut -d '"' -f 4; }
TOKEN=$(curl -s $EMULATOR/organizations/oauth2/v2.0/token \\
  -d grant_type=client_credentials -d client_id=curl -d client_secret=any -d scope=https://graph.microsoft.com/.default |
  first access_token)
graph() { curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' "$@"; }
later() { curl -s -o /dev/null $EMULATOR/_emulator/clock -d "{\\"advanceMs\\":$1}"; }
heard() { curl -s "$EMULATOR/_emulator/request-log?type=notification" | grep -o '"resourceData":.*' | grep -o "$1" | tail -1; }
\`\`\`

Create a call. A bot that cannot listen has its notifications sent to the emulator's inbox and reads the request log:

\`\`\`sh run
CALL=$(graph -D - -o /dev/null $EMULATOR/v1.0/communications/calls \\
  -d "{\\"callbackUri\\":\\"$EMULATOR/_emulator/inbox\\"}" | sed -n 's/^[Ll]ocation: .*calls\\/\\([0-9a-f-]*\\).*/\\1/p')
later 1000
heard '"state":"[a-z]*"'
\`\`\`
\`\`\`text
"state":"established"
\`\`\`

**Example 1: delete an active participant.** A person is invited, answers after two seconds, and is on the roster:

\`\`\`sh run
graph -o /dev/null $EMULATOR/v1.0/communications/calls/$CALL/participants/invite \\
  -d '{"participants":[{"identity":{"user":{"id":"278405a3-f568-4b3e-b684-009193463064"}}}],"clientContext":"first"}'
later 3000
PERSON=$(graph $EMULATOR/v1.0/communications/calls/$CALL/participants | first participantId)
graph -X DELETE -w '%{http_code}\\n' $EMULATOR/v1.0/communications/calls/$CALL/participants/$PERSON
later 1000
curl -s $EMULATOR/_emulator/calls/$CALL | grep -o '"wasPresent":true,"by":"[a-z]*"'
\`\`\`
\`\`\`text
204
"wasPresent":true,"by":"bot"
\`\`\`

**Example 2: delete an invited participant**, before it is on the roster. The answer to the invite has its id:

\`\`\`sh run
INVITED=$(graph $EMULATOR/v1.0/communications/calls/$CALL/participants/invite \\
  -d '{"participants":[{"identity":{"user":{"id":"112f7296-5fa4-42ca-bae8-6a692b15d4b8"}}}],"clientContext":"second"}' |
  first participantId)
graph -X DELETE -w '%{http_code}\\n' $EMULATOR/v1.0/communications/calls/$CALL/participants/$INVITED
later 1000
heard '"status":"failed","clientContext":"second"'
graph -X DELETE -w '%{http_code}\\n' $EMULATOR/v1.0/communications/calls/$CALL/participants/$INVITED
\`\`\`
\`\`\`text
204
"status":"failed","clientContext":"second"
{"error":{"code":"8522","message":"Participant not found.","innerError":{…}}}404
\`\`\`

Hang up:

\`\`\`sh run
graph -X DELETE -w '%{http_code}\\n' $EMULATOR/v1.0/communications/calls/$CALL
later 1000
heard '"state":"[a-z]*"'
\`\`\`
\`\`\`text
204
"state":"terminated"
\`\`\`

A bot that listens sends its own \`callbackUri\` (http or https), and finds the keys of signed callbacks at
\`$EMULATOR/v1/.well-known/OpenIdConfiguration\`. For clients that require https, \`--https FILE\` serves https and writes
the certificate to trust to FILE; \`@microsoft/microsoft-graph-client\` is such a client, it sends tokens to https hosts only.
`

const scenarios = `
## Scenarios

A scenario is a JSON file with callee scripts, faults and timed acts, checked against the
[schema](scenario.schema.json). \`rollcall emulate --scenario FILE\` plays it; \`playScenario(readScenario(text))\` turns it
into options of \`simulatedTransport\` or \`startEmulator\`. The scenarios of rollcall's own tests are in \`test/scenarios\`.

\`\`\`json
{
  "name": "glare",
  "seed": "7",
  "callees": {
    "278405a3-f568-4b3e-b684-009193463064": { "type": "noAnswer", "answersOnCancel": true },
    "+15550100": [{ "type": "busy" }, { "type": "answer", "afterMs": { "min": 500, "max": 9000 } }],
    "*": { "type": "answer", "lobby": { "admittedAfterMs": 5000 }, "leaves": { "afterMs": 60000 } }
  },
  "faults": [
    { "on": "request", "only": "participants.invite", "times": 1, "fault": { "type": "loseResponse" } },
    { "on": "notification", "probability": 0.2, "fault": { "type": "delay", "ms": { "min": 0, "max": 5000 } } },
    { "on": "both", "fromMs": 60000, "untilMs": 90000, "fault": { "type": "lose" } }
  ],
  "timeline": [{ "afterMs": 20000, "act": { "act": "join", "callId": "#1", "person": "a-user-id" } }]
}
\`\`\`

Callees answer, decline, are busy, do not answer, cannot be reached, or fail with a given result; \`answersOnCancel\`
makes an answer cross a cancel. Participants can wait in the lobby, leave, rejoin, join with a second device, and be
removed by another person. Faults delay (and so reorder), duplicate and lose messages; they lose answers to executed
requests, answer 429 and 5xx, and partition the network for a while. All chance comes from the seed, and faults never
change what happens in the world, only what is delivered.
`

function switchRows(): readonly (readonly string[])[] {
  return Object.entries(switchMeanings).flatMap(([name, { question, readings, pin }]) => {
    const ordered = switchReadings[name as keyof typeof switchReadings]
    return ordered.map((reading, index) => {
      const { meaning, label, source } = readings[reading] ?? { meaning: '', label: '', source: '' }
      const isFirst = index === 0
      const isDefault = defaultSwitches[name as keyof typeof defaultSwitches] === reading
      return [
        isFirst ? `\`${name}\`` : '',
        isFirst ? `${question} (${pinned(pin)})` : '',
        `\`${reading}\`${isDefault ? ', default' : ''}`,
        meaning,
        label,
        source,
      ]
    })
  })
}

function pinned({ file, title }: Pin): string {
  return `[${title.replaceAll('\\', '')}](../test/${file})`
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}
