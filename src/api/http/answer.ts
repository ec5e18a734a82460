import { STATUS_CODES } from 'node:http'
import { z } from 'zod'

export const JSON_MEDIA_TYPE = 'application/json'
export const HTML_MEDIA_TYPE = 'text/html; charset=utf-8'
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'
export const NDJSON_MEDIA_TYPE = 'application/x-ndjson'
export const EVENT_STREAM_MEDIA_TYPE = 'text/event-stream'

/** A schema for each member of an answer, so that the compiler misses none. */
export type Members<T> = { readonly [Name in keyof T]-?: z.ZodType<T[Name]> }

/** What a handler returns; it knows no web framework. */
export interface Answer {
  readonly status: number
  /** A value that is sent as JSON, bytes that are sent as they are or as they come, or nothing at all. */
  readonly body: object | Uint8Array | ReadableStream<Uint8Array> | null
  /** Default: `application/json`. */
  readonly media_type?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An error as it leaves us: RFC 9457, and `error` for the dashboards of the earlier system. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  /** One sentence for people. */
  readonly error: string
  /** The parameter that is wrong. */
  readonly parameter?: string | undefined
  /** Names the entry in the server's own log. */
  readonly request_id?: string | undefined
  /** The clean-up that is running. */
  readonly task_id?: string | undefined
}

export const problemSchema: z.ZodType<Problem> = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    error: z.string(),
    parameter: z.string().optional(),
    request_id: z.string().optional(),
    task_id: z.string().optional(),
  })
  .meta({ title: 'Problem' })

export function ok(body: object): Answer {
  return { status: 200, body }
}

interface ProblemMembers {
  readonly detail?: string
  readonly parameter?: string
  readonly request_id?: string
  readonly task_id?: string
}

/**
 * An error answer; `instance` is added by whoever knows the request.
 *
 * @param error one sentence for people; also `detail`, unless the members have one that says more
 */
export function problem(
  status: number,
  error: string,
  members: ProblemMembers = {},
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const title = STATUS_CODES[status] ?? 'Error'
  // With `about:blank` the title says no more than the status, and the status says what kind of problem it is.
  const body = { type: 'about:blank', title, status, detail: error, error, ...members }
  return { status, body, media_type: PROBLEM_MEDIA_TYPE, headers }
}
