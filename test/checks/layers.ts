/**
 * Layers: who may import whom inside `src`, and what the pure layers may not touch.
 *
 * Each check takes files and returns violations as sentences, so that it can be shown to reject bad ones.
 * @module
 */
import ts from 'typescript'
import { importsOf, resolveImport, visit, type SourceFile } from './source-file.ts'

interface Layer {
  /** Folders and single files of `src` it may import, beside its own folder. */
  readonly uses: readonly string[]
  /** Packages it may import; `node:` stands for all of Node's own. */
  readonly packages: readonly string[]
}

const language = ['participant', 'call'] as const

/** What every layer above the call may import. */
const base = ['time', ...language] as const

/** The direction table of the architecture document. A folder with rooms has a line for each room, and one for the files beside them. */
const layers = new Map<string, Layer>(
  Object.entries({
    time: { uses: [], packages: [] },
    participant: { uses: [], packages: ['xstate'] },
    call: { uses: ['participant', 'time/backoff.ts'], packages: ['immer', 'immutable'] },
    host: { uses: base, packages: ['node:'] },
    command: { uses: ['call/codec/nearest.ts'], packages: ['node:'] },
    sqlite: { uses: [...base, 'host/ports', 'command'], packages: ['node:'] },
    webhook: { uses: [...base, 'host/ports/ports.ts'], packages: ['node:'] },
    graph: { uses: [...base, 'webhook', 'host/ports/ports.ts'], packages: ['jose', 'node:'] },
    trace: { uses: [...base, 'host', 'graph/wire'], packages: ['node:'] },
    simulator: { uses: base, packages: [] },
    'simulator/world': { uses: base, packages: ['immer'] },
    'simulator/network': { uses: [...base, 'simulator/world'], packages: [] },
    'simulator/graph': {
      uses: [...base, 'simulator/world', 'simulator/network', 'graph/wire', 'host/ports/ports.ts'],
      packages: [],
    },
    emulator: { uses: [...base, 'simulator', 'graph', 'host/ports/ports.ts', 'command'], packages: ['jose', 'node:'] },
    testing: {
      uses: [...base, 'graph/wire', 'trace', 'host', 'simulator', 'emulator/routes.ts'],
      packages: ['fast-check', 'node:'],
    },
    inspect: {
      uses: [...base, 'trace', 'host', 'command'],
      packages: ['node:', 'preact', 'preact/hooks', '@preact/signals', 'elkjs/lib/elk.bundled.js', 'esbuild'],
    },
    telemetry: { uses: [...base, 'host'], packages: ['@opentelemetry/api'] },
    demo: {
      uses: [...base, 'host', 'sqlite', 'webhook', 'graph', 'simulator', 'emulator', 'trace', 'inspect', 'command'],
      packages: ['node:'],
    },
  }),
)

/** Files directly in `src`: the package's entry points, which only wire. */
const wiring: Layer = { uses: [...layers.keys(), 'command-line.ts'], packages: ['node:'] }

/** The layers that are pure. */
const pureLayers = new Set<string>(language)

/**
 * The modules that may touch real time; everything else takes a clock. The inspector's page runs in a browser, where
 * animation goes by the browser's time.
 */
const realTimeModules = ['src/time/system-clock.ts', 'src/time/virtual-clock.ts', 'src/inspect/page/']

/** Names that stand for the machine's clocks and timers. */
const realTimeNames = new Set(['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate'])

/** Names that stand for a clock, chance, the outside or asynchrony. */
const impureNames = new Set([
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'fetch',
  'process',
  'console',
  'crypto',
  'globalThis',
  'Promise',
  'AbortSignal',
  'Buffer',
  'require',
])

/** Imports that run against the direction, or reach a barrel or a package that layer does not use. */
export function layerViolations(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap((specifier) => {
      const folder = folderOf(file.path)
      const layer = folder === undefined ? wiring : layers.get(folder)
      if (layer === undefined) return [`${file.path} is in a folder the direction table does not know`]
      const target = resolveImport(file, specifier)
      if (target === undefined) {
        const isAllowed = layer.packages.some(
          (name) => specifier === name || (name === 'node:' && specifier.startsWith(name)),
        )
        return isAllowed ? [] : [`${file.path} imports the package ${specifier}`]
      }
      if (target.endsWith('/index.ts')) return [`${file.path} imports the barrel ${target}`]
      const [, inside = ''] = /^src\/(.*)$/.exec(target) ?? []
      const isAllowed =
        inside.startsWith(`${folder}/`) || layer.uses.some((use) => inside === use || inside.startsWith(`${use}/`))
      return isAllowed ? [] : [`${file.path} imports ${target}`]
    }),
  )
}

/** The folder of the direction table that a file is in: its room, where the folder has rooms. */
function folderOf(path: string): string | undefined {
  const [, folder, room] = /^src\/(?:([^/]+)\/)?(?:([^/]+)\/)?/.exec(path) ?? []
  const hasRooms = folder !== undefined && [...layers.keys()].some((name) => name.startsWith(`${folder}/`))
  return hasRooms && room !== undefined ? `${folder}/${room}` : folder
}

/** The floors of `src/call`, the highest first: a module imports from its own floor and from those below. A folder stands for its modules. */
const floors: readonly (readonly string[])[] = [
  ['step', 'invariants'],
  ['timers', 'fetched-roster'],
  ['invitations', 'lifecycle', 'mutes', 'removals', 'resync'],
  ['roster/'],
  ['self'],
  ['roster-fetch'],
  ['draft'],
  ['codec/', 'explain'],
  ['model/'],
]

/** Imports inside `src/call` that reach up, and modules that are on no floor. */
export function floorViolations(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const floor = floorOf(file.path)
    if (floor === undefined) return []
    if (floor < 0) return [`${file.path} is on no floor of the call`]
    return importsOf(file).flatMap((specifier) => {
      const target = resolveImport(file, specifier)
      const other = target === undefined ? undefined : floorOf(target)
      return other !== undefined && other < floor ? [`${file.path} reaches up to ${target}`] : []
    })
  })
}

/** The place of a module of `src/call` among the floors; -1 when it has none, undefined for a module of another folder. */
function floorOf(path: string): number | undefined {
  const [, inside] = /^src\/call\/(.*)\.ts$/.exec(path) ?? []
  return inside === undefined
    ? undefined
    : floors.findIndex((names) =>
        names.some((name) => (name.endsWith('/') ? inside.startsWith(name) : inside === name)),
      )
}

/** The rooms of the host by floor, the highest first: a room imports itself and rooms of lower floors. */
const hostRooms: readonly (readonly string[])[] = [['api'], ['actor'], ['outbox', 'feed'], ['ports']]

/** Imports inside the host that reach another room of the same floor, or a higher one, and files in a room that has no floor. */
export function roomViolations(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const room = hostRoomOf(file.path)
    if (room === undefined) return []
    const floor = hostFloorOf(room)
    if (floor < 0) return [`${file.path} is in a room of the host that has no floor`]
    return importsOf(file).flatMap((specifier) => {
      const target = resolveImport(file, specifier)
      const other = target === undefined ? undefined : hostRoomOf(target)
      return other === undefined || other === room || hostFloorOf(other) > floor
        ? []
        : [`${file.path} imports ${target}`]
    })
  })
}

/** The folder of `src/host` a file is in. */
function hostRoomOf(path: string): string | undefined {
  return /^src\/host\/([^/]+)\//.exec(path)?.[1]
}

function hostFloorOf(room: string): number {
  return hostRooms.findIndex((rooms) => rooms.includes(room))
}

/** Import cycles, types included, each once, as the path around it. */
export function importCycles(files: readonly SourceFile[]): readonly string[] {
  const edges = new Map(
    files.map((file) => [file.path, importsOf(file).map((specifier) => resolveImport(file, specifier))]),
  )
  const done = new Set<string>()
  const cycles: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    if (trail.includes(path) || done.has(path)) return
    for (const target of edges.get(path) ?? []) if (target !== undefined) walk(target, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) walk(path, [])
  return cycles
}

/** Clocks, randomness, I/O and asynchrony in the pure layers. */
export function impurities(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => pureLayers.has(file.path.split('/')[1] ?? ''))
    .flatMap((file) => {
      const found: string[] = []
      const report = (node: ts.Node, what: string) => {
        const { line } = file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree))
        found.push(`${file.path}:${line + 1} uses ${what}`)
      }
      visit(file.tree, (node) => {
        if (node.kind === ts.SyntaxKind.AsyncKeyword) report(node, 'async')
        if (ts.isAwaitExpression(node)) report(node, 'await')
        if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
          report(node, 'a dynamic import')
        if (!ts.isIdentifier(node) || isPropertyName(node) || isDeclaredAround(node) || isGivenMoment(node)) return
        if (impureNames.has(node.text)) report(node, node.text)
        const access = node.parent
        if (node.text === 'Math' && ts.isPropertyAccessExpression(access) && access.name.text === 'random')
          report(node, 'Math.random')
      })
      return found
    })
}

/** Uses of the machine's clocks and timers outside of the modules that may touch real time. */
export function realTimeUses(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => !realTimeModules.some((allowed) => path === allowed || path.startsWith(allowed)))
    .flatMap((file) => {
      const found = importsOf(file)
        .filter((specifier) => /^(node:)?timers(\/|$)/.test(specifier))
        .map((specifier) => `${file.path} imports ${specifier}`)
      visit(file.tree, (node) => {
        if (!ts.isIdentifier(node) || !realTimeNames.has(node.text)) return
        if (isPropertyName(node) || isDeclaredAround(node) || isGivenMoment(node) || isCalculation(node)) return
        const { line } = file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree))
        found.push(`${file.path}:${line + 1} uses ${node.text}`)
      })
      return found
    })
}

/** True for the `Date` of `Date.parse` and `Date.UTC`, and for one that is a type: they read no clock. */
function isCalculation({ text, parent }: ts.Identifier): boolean {
  if (text !== 'Date') return false
  return ts.isTypeReferenceNode(parent) || (ts.isPropertyAccessExpression(parent) && parent.name.text !== 'now')
}

/** True for the `b` of `a.b`, `{ b: … }`, `{ b: c } = …` and a member's own name: not the global of that name. */
function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isBindingElement(parent)) return parent.propertyName === node
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isTypeElement(parent) ||
      ts.isClassElement(parent)) &&
    parent.name === node
  )
}

/** True for the `Date` of `new Date(at)`: a moment that was handed in, not the present one. */
function isGivenMoment(node: ts.Identifier): boolean {
  return node.text === 'Date' && ts.isNewExpression(node.parent) && node.parent.arguments?.length === 1
}

/** True for a name that is a parameter or variable of a block or function around it. */
function isDeclaredAround(node: ts.Identifier): boolean {
  for (let scope = node.parent; scope !== undefined; scope = scope.parent) {
    if (declaredIn(scope).has(node.text)) return true
  }
  return false
}

const declarations = new WeakMap<ts.Node, ReadonlySet<string>>()

/** Names a scope declares itself: not those of scopes inside it. Empty for what is no scope. */
function declaredIn(scope: ts.Node): ReadonlySet<string> {
  if (!isScope(scope)) return none
  let names = declarations.get(scope)
  if (names === undefined) {
    const found = new Set<string>()
    const collect = (node: ts.Node): void => {
      if (
        (ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node)) &&
        ts.isIdentifier(node.name)
      )
        found.add(node.name.text)
      if (!isScope(node)) ts.forEachChild(node, collect)
    }
    ts.forEachChild(scope, collect)
    declarations.set(scope, (names = found))
  }
  return names
}

const none: ReadonlySet<string> = new Set()

function isScope(node: ts.Node): boolean {
  return (
    ts.isFunctionLike(node) ||
    ts.isBlock(node) ||
    ts.isSourceFile(node) ||
    ts.isCaseBlock(node) ||
    ts.isForStatement(node) ||
    ts.isForOfStatement(node) ||
    ts.isForInStatement(node)
  )
}
