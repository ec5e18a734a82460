import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MonitorError, systemErrorCode } from '../core/errors.ts'

const FILE_NAMES = [
  'canvas-sync-monitor.config.ts',
  'canvas-sync-monitor.config.js',
  'canvas-sync-monitor.config.json',
]

interface ConfigFile {
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * @param asked path; undefined looks for one in the working directory
 * @param settings names of all that there are
 * @throws MonitorError `config_invalid`
 */
export async function readConfigFile(
  asked: string | undefined,
  settings: readonly string[],
): Promise<ConfigFile> {
  const path = asked ?? FILE_NAMES.find((name) => existsSync(name))
  if (path === undefined) return { path: '', values: {} }
  const values = await readValues(path)
  if (values === null || typeof values !== 'object' || Array.isArray(values)) {
    const where = path.endsWith('.json') ? 'does not hold an object' : 'has no object as its default export'
    throw new MonitorError('config_invalid', `The configuration file ${path} ${where}.`, {
      next_step: 'Give it names and values, for example { "port": 5001 }.',
    })
  }
  const unknown = Object.keys(values).find((key) => !settings.includes(key))
  if (unknown !== undefined) {
    throw new MonitorError(
      'config_invalid',
      `The configuration file ${path} has "${unknown}", which is no setting.`,
      {
        next_step: `Settings are ${settings.join(', ')}.`,
      },
    )
  }
  return { path, values: values as Record<string, unknown> }
}

async function readValues(path: string): Promise<unknown> {
  try {
    const text = readFileSync(path, 'utf8')
    if (path.endsWith('.json')) return JSON.parse(text.replace(/^\ufeff/, ''))
    const module = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown }
    return module.default
  } catch (error) {
    const [why, next_step] = whyUnreadable(path, error)
    throw new MonitorError('config_invalid', `The configuration file ${path} ${why}.`, {
      cause: error,
      next_step,
    })
  }
}

/** Never the error's own words: the parser's repeat a piece of the file, which may be the token. */
function whyUnreadable(path: string, error: unknown): readonly [string, string] {
  const code = systemErrorCode(error)
  if (code === 'ENOENT') return ['does not exist', 'Check the path given with --config.']
  if (code === 'EISDIR') return ['is a folder', 'Give the path of a file with --config.']
  if (path.endsWith('.json') && error instanceof SyntaxError)
    return ['is not JSON', 'Look for a comma or a quote too many or too few.']
  if (code === undefined || code.startsWith('ERR_')) {
    return [
      `cannot be loaded (${error instanceof Error ? error.name : 'unknown'})`,
      `Run it alone to see why: node ${path}`,
    ]
  }
  return [`cannot be read (${code})`, 'Check its permissions.']
}
