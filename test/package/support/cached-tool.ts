import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where `.ci/run` puts packages that are only there to be tested against. */
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'canvas-sync-monitor')

export interface CachedTool {
  readonly path: string
  /** False, or why tests that need it are skipped. */
  readonly skip: string | false
}

/** @throws Error where it is missing and `CI` is set: there nothing must be skipped */
function cachedTool(name: string, path: string): CachedTool {
  if (existsSync(path)) return { path, skip: false }
  const why = `${name} is missing: .ci/run installs it from npm into a folder of its own.`
  if ((process.env['CI'] ?? '') !== '') throw new Error(why)
  return { path, skip: why }
}

const NODE_PACKAGE = `node-${process.platform}-${process.arch}`

/** The oldest line of Node.js that the package says it runs on. */
export const node24: CachedTool = cachedTool(
  'Node.js 24',
  join(CACHE, 'node-24/node_modules', NODE_PACKAGE, 'bin/node'),
)

/** A compiler of the generation before, which many applications still have. */
export const typescript5: CachedTool = cachedTool(
  'TypeScript 5.9',
  join(CACHE, 'typescript-5/node_modules/typescript/bin/tsc'),
)
