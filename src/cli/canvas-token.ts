import { readFileSync } from 'node:fs'
import { MonitorError, systemErrorCode } from '../core/errors.ts'

/**
 * The access token from a file (`-` is standard input) or the environment. A token is no flag: other users of the
 * machine can read a command line.
 *
 * @throws MonitorError `token_missing`
 */
export function readToken(file: string | undefined, from_environment: string | null): string {
  if (file === undefined) {
    if (from_environment !== null) return from_environment.trim()
    throw new MonitorError('token_missing', 'There is no access token.', {
      next_step: 'Put it in a file and give --token-file FILE, or set CANVAS_ACCESS_TOKEN.',
    })
  }
  const name = file === '-' ? 'standard input' : `the file ${file}`
  let token: string
  try {
    token = readFileSync(file === '-' ? 0 : file, 'utf8').trim()
  } catch (error) {
    const why = systemErrorCode(error) === 'ENOENT' ? 'does not exist' : 'cannot be read'
    throw new MonitorError('token_missing', `The token file ${file} ${why}.`, {
      cause: error,
      next_step: 'Write the access token, and nothing else, into that file.',
    })
  }
  if (token === '') {
    throw new MonitorError('token_missing', `There is no access token in ${name}.`, {
      next_step: 'Write the access token, and nothing else, into it.',
    })
  }
  return token
}
