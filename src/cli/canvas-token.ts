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
    const token = from_environment?.trim() ?? ''
    if (token !== '') return checked(token, 'CANVAS_ACCESS_TOKEN')
    throw new MonitorError('token_missing', 'There is no access token.', {
      next_step: 'Put it in a file and give --token-file FILE, or set CANVAS_ACCESS_TOKEN.',
    })
  }
  const name = file === '-' ? 'standard input' : `the token file ${file}`
  let token: string
  try {
    token = readFileSync(file === '-' ? 0 : file, 'utf8').trim()
  } catch (error) {
    const why = systemErrorCode(error) === 'ENOENT' ? 'does not exist' : 'cannot be read'
    throw new MonitorError('token_missing', `${name[0]?.toUpperCase()}${name.slice(1)} ${why}.`, {
      cause: error,
      next_step: 'Write the access token, and nothing else, into a file and give --token-file FILE.',
    })
  }
  if (token === '') {
    throw new MonitorError('token_missing', `There is no access token in ${name}.`, {
      next_step: 'Write the access token, and nothing else, into it.',
    })
  }
  return checked(token, name)
}

/** Anything else cannot stand in a request's header. */
function checked(token: string, place: string): string {
  if (/^[!-~]+$/.test(token)) return token
  const message = `What stands in ${place} is no access token: it holds a space, a line break or a special character.`
  throw new MonitorError('token_missing', message, {
    next_step: 'Put the token there alone on one line, as Canvas showed it.',
  })
}
