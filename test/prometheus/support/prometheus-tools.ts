import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const DEPLOY: string = fileURLToPath(new URL('../../../deploy/', import.meta.url))

/** Where `.ci/run` puts them: without their services, so that nothing listens on the machine. */
const CACHE = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'canvas-sync-monitor/prometheus/usr/bin',
)
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), CACHE]

export type Tool = 'prometheus' | 'promtool' | 'amtool'

function find(tool: Tool): string | null {
  return FOLDERS.map((folder) => join(folder, tool)).find((path) => existsSync(path)) ?? null
}

/**
 * False, or why tests that need Prometheus are skipped.
 *
 * @throws Error where `CI` is set: there they must not be skipped
 */
export function withoutTools(...tools: readonly Tool[]): string | false {
  const missing = tools.filter((tool) => find(tool) === null)
  if (missing.length === 0) return false
  const why = `${missing.join(' and ')} of Prometheus is missing: .ci/run fetches it without installing it.`
  if ((process.env['CI'] ?? '') !== '') throw new Error(why)
  return why
}

export interface ToolResult {
  readonly code: number
  /** Of both outputs. */
  readonly text: string
}

export function runTool(
  tool: Tool,
  argv: readonly string[],
  options: { readonly cwd?: string; readonly input?: string } = {},
): Promise<ToolResult> {
  return new Promise((resolve) => {
    const { cwd, input = '' } = options
    const child = execFile(
      find(tool) ?? tool,
      [...argv],
      { ...(cwd === undefined ? {} : { cwd }), maxBuffer: 1e8 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        resolve({ code, text: `${stdout}${stderr}` })
      },
    )
    child.stdin?.end(input)
  })
}

export function startTool(tool: Tool, argv: readonly string[]): ChildProcess {
  return spawn(find(tool) ?? tool, argv, { stdio: ['ignore', 'ignore', 'pipe'] })
}
