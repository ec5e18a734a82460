import { ERROR_TYPE_FACTS, type CanvasErrorType } from '../core/error-types.ts'
import { parseRetryAfter } from './back-off.ts'
import { readErrorBody } from './error-body.ts'

/** What the classifier looks at. Header names in lower case. */
export interface AnswerFacts {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The body or its first part; for a 2xx answer only its first character counts. */
  readonly body: string
}

export interface AnswerFailure {
  readonly error_type: CanvasErrorType
  /** A sentence without any text of the body. */
  readonly message: string
  readonly retryable: boolean
  readonly retry_after_ms: number | null
}

export interface AnswerVerdict {
  /** `canvas` when the answer has Canvas's own `X-Request-Context-Id`. */
  readonly origin: 'canvas' | 'edge'
  readonly request_id: string | null
  readonly error_report_id: string | null
  /** Null when the answer is JSON with a 2xx status. */
  readonly failure: AnswerFailure | null
}

/** Older and self-hosted Canvas refuses with 403 and this text, hosted Canvas since 2025-10 with 429. */
const THROTTLED_TEXT = /rate limit exceeded/i
/** A UUID or other hex digits: anything else in that header may be text that must not reach a log. */
const CONTEXT_ID = /^[\da-f](?:-?[\da-f]){15,63}$/i
const HTML = /^\uFEFF?\s*</

/** Classifies one answer by status, headers and body; total: never throws, always one verdict. */
export function classifyAnswer(answer: AnswerFacts, now_ms: number = Date.now()): AnswerVerdict {
  const context_id = headerText(answer, 'x-request-context-id')
  const from_canvas = context_id !== ''
  const is_ok = answer.status >= 200 && answer.status <= 299
  const body = is_ok ? undefined : readErrorBody(answer.body)
  const found = is_ok
    ? judgeSuccess(answer)
    : judgeFailure(answer, from_canvas, body?.is_json ?? false, body?.messages ?? [])
  return {
    origin: from_canvas ? 'canvas' : 'edge',
    request_id: CONTEXT_ID.test(context_id) ? context_id : null,
    error_report_id: body?.error_report_id ?? null,
    failure: found && {
      error_type: found[0],
      message: found[1],
      retryable: found[2] ?? ERROR_TYPE_FACTS[found[0]].retryable,
      retry_after_ms: parseRetryAfter(headerText(answer, 'retry-after'), now_ms) ?? null,
    },
  }
}

type Judgement = readonly [error_type: CanvasErrorType, message: string, retryable?: boolean]

function judgeSuccess(answer: AnswerFacts): Judgement | null {
  const content_type = headerText(answer, 'content-type')
  if (answer.body.trim() === '') return ['not_json', `Canvas answered ${answer.status} with an empty body.`]
  if (HTML.test(answer.body) || (content_type !== '' && !/[/+]json\b/i.test(content_type))) {
    return ['not_json', `The answer with status ${answer.status} is not JSON but a page for people.`]
  }
  return null
}

function judgeFailure(
  answer: AnswerFacts,
  from_canvas: boolean,
  is_json: boolean,
  messages: readonly string[],
): Judgement {
  const { status } = answer
  if (status === 429 || (status === 403 && THROTTLED_TEXT.test(answer.body))) {
    return ['throttled', `Canvas refused the call because of its rate limit (status ${status}).`]
  }
  if (status >= 300 && status <= 399) {
    return ['not_json', `The host answered with a redirect (status ${status}) instead of data.`, false]
  }
  if (status >= 500 && status <= 599) {
    return from_canvas
      ? ['canvas_error', `Canvas failed with status ${status}.`]
      : ['edge_error', `Something before Canvas answered with status ${status}.`]
  }
  if (status === 401) return judgeUnauthorized(answer, from_canvas, is_json, messages)
  const trusted = from_canvas || is_json
  if (status === 404 || status === 410) {
    return trusted
      ? ['not_found', `Canvas does not have this, or hides it from the token's owner (status ${status}).`]
      : ['not_json', `The host has no Canvas API at this address (status ${status}).`, false]
  }
  if (status === 408) return ['timeout', 'The host gave up waiting for the request (status 408).']
  if (!trusted)
    return ['edge_error', `Something before Canvas refused the call (status ${status}).`, status === 403]
  if (status === 403) {
    return says(messages, 'Insufficient scopes on access token.')
      ? ['scope_missing', 'The developer key lacks a scope for this call.']
      : ['forbidden', "The token's owner may not read this (status 403)."]
  }
  return ['contract', `Canvas did not accept the call (status ${status}).`]
}

/** With `WWW-Authenticate` the token is the problem, without it permission or scope; texts are translated. */
function judgeUnauthorized(
  answer: AnswerFacts,
  from_canvas: boolean,
  is_json: boolean,
  messages: readonly string[],
): Judgement {
  const challenge = headerText(answer, 'www-authenticate')
  if (!from_canvas && !is_json && !/^bearer\b/i.test(challenge)) {
    return ['edge_error', 'Something before Canvas asks for its own sign-in (status 401).', false]
  }
  if (challenge !== '') {
    if (says(messages, 'Expired access token.')) return ['token_expired', 'The access token has expired.']
    if (says(messages, 'Revoked access token.')) return ['token_revoked', 'The access token was revoked.']
    return ['token_invalid', 'Canvas does not accept the access token.']
  }
  return says(messages, 'Insufficient scopes on access token.')
    ? ['scope_missing', 'The developer key lacks a scope for this call.']
    : ['forbidden', "The token's owner may not read this (status 401)."]
}

function says(messages: readonly string[], text: string): boolean {
  return messages.includes(text)
}

function headerText(answer: AnswerFacts, name: string): string {
  const value = Object.hasOwn(answer.headers, name) ? answer.headers[name] : undefined
  return (typeof value === 'string' ? value : (value?.join(', ') ?? '')).trim()
}
