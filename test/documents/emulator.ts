/**
 * Document: the text of docs/emulator.md, generated from the tables of behaviours, switches, times and resources.
 *
 * A fence opened with "```sh run" is run by a test as it stands, against an emulator started by the fence before;
 * the "```text" fence after it is what it prints.
 * @module
 */
import { defaultSwitches, defaultTiming, switchReadings } from '../../src/simulator/settings.ts'
import { behaviours, switchMeanings, type Pin } from './behaviours.ts'
import { emulateHelp } from '../../src/emulator/cli.ts'
import { CONTROL_PATH, controlRoutes } from '../../src/emulator/control-api.ts'
import { REQUEST_LOG_LIMIT } from '../../src/emulator/request-log.ts'

/** The document's text. */
export function emulatorDocument(): string {
  return `${introduction}
${example}
## What it does, and who says so

*documented*: a page of Microsoft's says so. *observed*: captured traffic or a public thread shows it. *assumed*:
nobody says, and it had to be decided. Where readings differ there is a switch. The names of pages are those of the
Microsoft Graph reference. Every line is pinned by the test named with it.

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

## Who may use it

Programs on this machine. Requests whose \`Host\` is a name other than \`localhost\`, the one it listens on, or one given
with \`--allow-host\` (\`allowedHosts\`) are answered 403, on every path, and so is what a page of another origin sends:
no site that a browser has open can drive an emulator or read from it.

## Control API

For tests in other languages. In TypeScript, \`emulatorClient(url)\` has a method for each; inside the same process use
\`emulator.control\`. What comes in is checked against the [schema](scenario.schema.json): 400 names the place that is
wrong, 409 the reason why something cannot be done. The journal keeps the last ${REQUEST_LOG_LIMIT.toLocaleString('en-US')} entries, and counts the others.

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

A call service on loopback that speaks as Microsoft Graph does: a bot in any language is pointed at it instead of at
\`https://graph.microsoft.com\`, and needs no tenant, no tunnel and no people. Behind the URLs is the simulated world
of \`rollcall/simulator\`; one seed is one history.

\`\`\`ts
import { startEmulator } from 'rollcall/emulator'

const emulator = await startEmulator({ clock: 'stepped', scripts: { '{user id}': { type: 'answer', afterMs: 3_000 } } })
// point the bot at emulator.url, then:
await emulator.advance(5_000)
emulator.truth(callId) // what is so, whatever the bot believes
await emulator.close()
\`\`\`

What is *not* like the service: media, chat, meetings and directories do not exist; permissions are not checked beyond
the tenant's remove list; keys and tokens are real ones, of real time, and differ from run to run.
`

const example = `
## A bot written with curl

Both documented examples of [participant-delete](https://learn.microsoft.com/graph/api/participant-delete), by hand.
Start an emulator in one terminal, with a clock that moves only when told to:

\`\`\`sh
rollcall emulate --port 4010 --clock stepped --seed curl --quiet
\`\`\`

In another, say where it is, and get a token for an application (any secret will do):

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
heard() { curl -s "$EMULATOR/_emulator/journal?type=notification" | grep -o '"resourceData":.*' | grep -o "$1" | tail -1; }
\`\`\`

Create a call. A bot that cannot listen has its notifications sent to the emulator's own inbox and reads the journal:

\`\`\`sh run
CALL=$(graph -D - -o /dev/null $EMULATOR/v1.0/communications/calls \\
  -d "{\\"callbackUri\\":\\"$EMULATOR/_emulator/inbox\\"}" | sed -n 's/^[Ll]ocation: .*calls\\/\\([0-9a-f-]*\\).*/\\1/p')
later 1000
heard '"state":"[a-z]*"'
\`\`\`
\`\`\`text
"state":"established"
\`\`\`

**Example 1: delete an active participant.** Somebody is invited, answers after two seconds, and is on the roster:

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

**Example 2: delete an invited participant**, before they are on the roster. The answer to the invite says by which id:

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

A bot that listens gives its own \`callbackUri\` (http or https), and finds the keys its callbacks are signed with at
\`$EMULATOR/v1/.well-known/OpenIdConfiguration\`. Clients that speak https only get it with \`--https FILE\`, which writes
the certificate to trust there: \`@microsoft/microsoft-graph-client\` is one, it shows its token to https hosts only.
`

const scenarios = `
## Scenarios

A JSON file, checked against the [schema](scenario.schema.json), says who is called and what they do, what goes wrong
on the way, and what happens by itself; \`rollcall emulate --script FILE\` plays it, \`playScenario(readScenario(text))\`
turns it into options of \`simulatedTransport\` or \`startEmulator\`. Those of our own tests are in \`test/scenarios\`.

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

Callees answer, decline, are busy, let it ring, cannot be reached, or fail as you say; \`answersOnCancel\` makes an
answer cross a cancel. Who is in the call can wait in the lobby, leave, come back, bring a second device, be removed by
somebody else. Faults delay (and so reorder), double and lose; they lose answers to requests that were carried out,
answer 429 and 5xx, and cut the network for a while. All chance comes from the seed, and faults never change what would
have happened, only what is heard of it.
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
