/**
 * API reports: the public names and signatures of every import, read from the built declarations by API Extractor. They
 * are committed, so that a change of the public contract is seen in the difference of a commit.
 * @module
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel, type IConfigFile } from '@microsoft/api-extractor'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { imports, manifest } from './consumer.ts'

/** Where the report of an import is, from the repository's top. */
function reportPath(name: string): string {
  return `docs/api/${name.replace('rollcall/', '')}.api.md`
}

/** The report of every import: path → text. The package has to be built. */
export function apiReports(): ReadonlyMap<string, string> {
  const kept = join(repositoryFolder, '.tmp')
  mkdirSync(kept, { recursive: true })
  const folder = mkdtempSync(join(kept, 'api-'))
  try {
    return new Map(imports.map((name) => [reportPath(name), reportOf(name, folder)]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function reportOf(name: string, folder: string): string {
  const target = manifest.exports[name.replace('rollcall', '.')]
  if (target === undefined || typeof target === 'string') throw new Error(`${name} has no declarations`)
  const report = 'report.api.md'
  const { succeeded } = Extractor.invoke(
    ExtractorConfig.prepare({
      configObject: configOf(join(repositoryFolder, target.types), folder, report),
      configObjectFullPath: undefined,
      packageJsonFullPath: join(repositoryFolder, 'package.json'),
    }),
    {
      localBuild: true,
      messageCallback: (message) => {
        const isBad = message.logLevel === ExtractorLogLevel.Error
        message.handled = !isBad
      },
    },
  )
  if (!succeeded) throw new Error(`API Extractor cannot read the declarations of ${name}`)
  return readFileSync(join(folder, report), 'utf8').replace(
    'API Report File for "rollcall"',
    `API report of \`${name}\``,
  )
}

function configOf(declarations: string, folder: string, reportFileName: string): IConfigFile {
  const none = { default: { logLevel: ExtractorLogLevel.None } }
  return {
    projectFolder: repositoryFolder,
    mainEntryPointFilePath: declarations,
    newlineKind: 'lf',
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: 'es2023',
          lib: ['es2024', 'esnext.disposable'],
          types: ['node'],
          module: 'nodenext',
          moduleResolution: 'nodenext',
          strict: true,
          skipLibCheck: true,
        },
        files: [declarations],
      },
    },
    apiReport: { enabled: true, reportFileName, reportFolder: folder, reportTempFolder: join(folder, 'temp') },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
      extractorMessageReporting: none,
      tsdocMessageReporting: none,
    },
  }
}
