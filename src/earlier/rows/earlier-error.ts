import type { SyncErrorType } from '../../core/error-types.ts'
import { redactedStart } from '../../logs/redact.ts'
import { textOf, type SourceValue } from './earlier-value.ts'

/** The first that fits says what it was. An HTTP status counts where a word says that it is one. */
const SIGNS: readonly (readonly [SyncErrorType, RegExp])[] = [
  ['token_expired', /token[^.]{0,40}expired|expired[^.]{0,40}token/],
  ['token_revoked', /token[^.]{0,40}revoked|revoked[^.]{0,40}token/],
  ['token_invalid', /\b401\b|invalid[ _]access[ _]token|unauthori[sz]ed|invalidaccesstoken/],
  ['throttled', /\b429\b|rate limit|too many requests|throttl/],
  ['scope_missing', /insufficient scope/],
  ['forbidden', /\b403\b|forbidden|not authori[sz]ed|permission denied/],
  ['timeout', /timed? ?out|timeout/],
  ['edge_error', /\b50[24]\b|bad gateway|gateway time/],
  ['canvas_error', /\b50[0135-9]\b|internal server error|service unavailable|server error/],
  [
    'network',
    /connection ?(?:error|refused|reset|aborted|broken)|max retries exceeded|name or service not known|name resolution|getaddrinfo|ssl|certificate|network|remote end closed/,
  ],
  ['not_found', /\b404\b|not found|does not exist/],
  ['not_json', /json ?decode|expecting value|invalid json/],
  [
    'storage',
    /sqlalchemy|psycopg|operationalerror|integrityerror|database|deadlock|no space left|disk|\(sqlite3|mysql/,
  ],
  ['cancelled', /cancelled|canceled|revoked by|keyboardinterrupt|sigterm/],
]

const SENTENCES: Readonly<Partial<Record<SyncErrorType, string>>> = {
  token_expired: 'The earlier system says: the token had expired.',
  token_revoked: 'The earlier system says: the token was revoked.',
  token_invalid: 'The earlier system says: Canvas refused the token.',
  throttled: 'The earlier system says: Canvas throttled it.',
  scope_missing: 'The earlier system says: the token lacks a scope.',
  forbidden: 'The earlier system says: Canvas forbade it.',
  timeout: 'The earlier system says: something took too long.',
  edge_error: 'The earlier system says: what stands before Canvas failed.',
  canvas_error: 'The earlier system says: Canvas failed.',
  network: 'The earlier system says: Canvas could not be reached.',
  not_found: 'The earlier system says: something was not found.',
  not_json: 'The earlier system says: the answer was not JSON.',
  storage: 'The earlier system says: its database failed.',
  cancelled: 'The earlier system says: it was cancelled.',
}
const OTHERWISE = 'What the earlier system says of it is in its own table.'

const MOST_CHARACTERS = 1000
/** What is behind it cannot matter to the signs. */
const LOOKED_AT = 4000

export interface EarlierError {
  readonly error_type: SyncErrorType
  readonly error_message: string
}

/** Some count their errors in a column of that name. */
export function messageOf(value: SourceValue): string | null {
  const text = textOf(value)
  return text === null || /^\d+$/.test(text) ? null : text
}

/**
 * What may be kept of a message that the earlier system made of any exception: it may name students. Its kind, and a
 * sentence of our own; the message itself, without tokens and addresses, only where the application says that its messages
 * are clean.
 */
export function errorOf(message: string, keep_messages: boolean): EarlierError {
  const text = message.slice(0, LOOKED_AT).toLowerCase()
  const error_type = SIGNS.find(([, sign]) => sign.test(text))?.[0] ?? 'job_error'
  const error_message = keep_messages
    ? // PostgreSQL takes no half of a character.
      redactedStart(message, MOST_CHARACTERS).toWellFormed()
    : (SENTENCES[error_type] ?? OTHERWISE)
  return { error_type, error_message }
}
