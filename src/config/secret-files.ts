import { readFileSync } from 'node:fs'
import { MonitorError, systemErrorCode } from '../core/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The variables whose value may stand in a file instead, which `NAME_FILE` names: containers and systemd hand secrets
 * over as files, and a file is in no listing of processes.
 */
export const SECRET_VARIABLES: readonly string[] = [
  'DATABASE_URL',
  'CANVAS_BASE_URL',
  'CANVAS_ACCESS_TOKEN',
  'CANVAS_SYNC_SERVER',
  'CANVAS_SYNC_TOKEN',
  'OTEL_EXPORTER_OTLP_LOGS_HEADERS',
  'SLACK_BOT_TOKEN',
  'SLACK_WEBHOOK_URL',
  'SMTP_URL',
]

/** No URL and no token is longer; a log that was named by mistake is. */
const MOST_BYTES = 65_536

export interface EnvironmentValue {
  readonly value: string
  /** The variable that it came from. */
  readonly origin: string
}

/**
 * The value of a variable, or what stands in the file that `NAME_FILE` names, without the white space around it; null
 * where neither is set. A blank variable counts as not set.
 *
 * @throws MonitorError `config_invalid` when both are set, or the file cannot be read, is empty or too long
 */
export function environmentValue(environment: Environment, name: string): EnvironmentValue | null {
  const value = given(environment, name)
  const file_variable = `${name}_FILE`
  const path = SECRET_VARIABLES.includes(name) ? given(environment, file_variable) : null
  if (path === null) return value === null ? null : { value, origin: name }
  if (value !== null) {
    throw new MonitorError('config_invalid', `${name} and ${file_variable} are both set.`, {
      next_step: 'Leave one of them out.',
    })
  }
  return { value: secretIn(path.trim(), file_variable), origin: file_variable }
}

/** The files that the environment names, by their variables. */
export function secretFiles(environment: Environment): ReadonlyMap<string, string> {
  const files = SECRET_VARIABLES.map((name) => [`${name}_FILE`, given(environment, `${name}_FILE`)] as const)
  return new Map(files.flatMap(([variable, path]) => (path === null ? [] : [[variable, path.trim()]])))
}

function given(environment: Environment, name: string): string | null {
  const value = environment[name]
  return value === undefined || value.trim() === '' ? null : value
}

function secretIn(path: string, variable: string): string {
  const refusal = (why: string, next_step: string, cause?: unknown): MonitorError =>
    new MonitorError('config_invalid', `The file ${path} that ${variable} names ${why}.`, {
      next_step,
      cause,
    })
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT') throw refusal('does not exist', 'Check the path.', error)
    if (code === 'EISDIR') throw refusal('is a folder', 'Name the file in it.', error)
    throw refusal(
      `cannot be read (${code ?? 'unknown'})`,
      'Let the user that runs this program read it.',
      error,
    )
  }
  if (bytes.length > MOST_BYTES) throw refusal('is too long for a secret', 'Check the path.')
  const text = bytes.toString('utf8').trim()
  if (text !== '') return text
  throw refusal('is empty', 'Write the value, and nothing else, into it.')
}
