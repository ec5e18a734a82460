import { closeSync, openSync, writeSync } from 'node:fs'
import { ApiCallModel, type ApiCall } from './api-calls.ts'

export { API_CALLS_SINCE_MS, API_CALLS_UNTIL_MS } from './api-calls.ts'

export interface ApiCallsLogOptions {
  /** The same seed gives the same bytes. Default 1. */
  readonly seed?: number
  /** Fractions of the lines, each from 0 to 1, together at most 1; the rest is as the product writes. Default: none. */
  readonly mix?: {
    /** Torn lines, noise, NULs, parts of JSON, text of a traceback: no reader can take them for a call. */
    readonly malformed?: number
    /** The same JSON with its keys in another order and blanks between. */
    readonly foreign_order?: number
    /** `{"timestamp": …, "logger": …, "extra_method": …}` of the earlier system. */
    readonly python_json?: number
    /** `[2026-05-01 10:15:35] DEBUG [_make_request:93]: …` of the earlier system. */
    readonly python_text?: number
  }
}

/** What was written. `lines` is the sum of the counts below. */
export interface ApiCallsLogFacts {
  readonly bytes: number
  readonly lines: number
  /** As the product writes them. */
  readonly own_lines: number
  readonly foreign_order_lines: number
  readonly python_json_lines: number
  readonly python_text_lines: number
  readonly malformed_lines: number
  readonly first_ms: number
  readonly last_ms: number
}

type LineOf = (call: ApiCall, time: string, model: ApiCallModel) => string

const BUFFER_BYTES = 1 << 20
const LINE_ROOM = 2048

/**
 * Writes `api_calls` lines of six months, of 400 courses, 100 users and a new sync after every 200 lines or so,
 * ascending by time, until the file has at least `bytes` bytes; it ends with a whole line.
 */
export function writeApiCallsLog(
  path: string,
  bytes: number,
  options: ApiCallsLogOptions = {},
): ApiCallsLogFacts {
  const model = new ApiCallModel(options.seed ?? 1)
  const kinds = lineKinds(options.mix ?? {})
  const counts = kinds.map(() => 0)
  const call = {} as ApiCall
  const clock = new TimeText()
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  const file = openSync(path, 'w')
  let used = 0
  let written = 0
  let first_ms = 0
  try {
    while (written + used < bytes) {
      model.next(call, (written + used) / bytes)
      if (written + used === 0) first_ms = call.timestamp_ms
      const kind = kinds.length === 1 ? 0 : kindAt(kinds, model.random())
      counts[kind] = (counts[kind] ?? 0) + 1
      const line = (kinds[kind] as LineKind).line(call, clock.at(call.timestamp_ms), model)
      used += buffer.write(line, used, 'latin1')
      if (used < BUFFER_BYTES - LINE_ROOM) continue
      written += writeAll(file, buffer, used)
      used = 0
    }
    written += writeAll(file, buffer, used)
  } finally {
    closeSync(file)
  }
  const of = (line: LineOf): number => counts[kinds.findIndex((kind) => kind.line === line)] ?? 0
  return {
    bytes: written,
    lines: counts.reduce((sum, count) => sum + count, 0),
    own_lines: of(ownLine),
    foreign_order_lines: of(foreignLine),
    python_json_lines: of(pythonJsonLine),
    python_text_lines: of(pythonTextLine),
    malformed_lines: of(malformedLine),
    first_ms,
    last_ms: call.timestamp_ms,
  }
}

interface LineKind {
  readonly below: number
  readonly line: LineOf
}

function lineKinds(mix: NonNullable<ApiCallsLogOptions['mix']>): LineKind[] {
  let below = 0
  const kinds: LineKind[] = []
  for (const [fraction, line] of [
    [mix.malformed, malformedLine],
    [mix.foreign_order, foreignLine],
    [mix.python_json, pythonJsonLine],
    [mix.python_text, pythonTextLine],
  ] as const) {
    if (fraction === undefined || fraction === 0) continue
    below += fraction
    kinds.push({ below, line })
  }
  kinds.push({ below: Infinity, line: ownLine })
  return kinds
}

function kindAt(kinds: readonly LineKind[], value: number): number {
  let kind = 0
  while (value >= (kinds[kind] as LineKind).below) kind++
  return kind
}

function writeAll(file: number, buffer: Buffer, length: number): number {
  let done = 0
  while (done < length) done += writeSync(file, buffer, done, length - done)
  return length
}

/** ISO 8601 UTC with milliseconds; the date is made once for each second. */
class TimeText {
  #second = -1
  #text = ''

  at(time_ms: number): string {
    const second = Math.floor(time_ms / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#text = new Date(second * 1000).toISOString().slice(0, 20)
    }
    return `${this.#text}${String(time_ms - second * 1000).padStart(3, '0')}Z`
  }
}

const quoted = (text: string | null): string => (text === null ? 'null' : `"${text}"`)

function ownLine(call: ApiCall, time: string, model: ApiCallModel): string {
  const failed = call.error_type !== null
  const request_id = call.status === null || call.status === 502 ? 'null' : `"${model.uuid()}"`
  return (
    `{"timestamp":"${time}","level":"${failed ? 'WARNING' : 'INFO'}","event":"api_call","task_id":"${call.task_id}",` +
    `"user_id":${call.user_id_json},"writer":"${call.writer}","seq":${call.seq},"method":"GET",` +
    `"endpoint":"${call.endpoint}","status":${call.status},"duration_ms":${call.duration_ms},"items":${call.items},` +
    `"page":${call.page},"attempt":${call.attempt},"request_cost":${call.request_cost},` +
    `"rate_limit_remaining":${call.rate_limit_remaining},"bytes":${call.bytes},"request_id":${request_id},` +
    `"error_type":${quoted(call.error_type)},"course_id":${quoted(call.course_id)},` +
    (failed ? `"will_retry":${call.attempt < 3},` : '') +
    `"message":"GET ${call.endpoint} - ${call.status ?? call.error_type}"}\n`
  )
}

function foreignLine(call: ApiCall, time: string): string {
  const failed = call.error_type !== null
  return (
    `{ "message": "GET ${call.endpoint} - ${call.status ?? call.error_type}", "status": ${call.status}, ` +
    `"duration_ms": ${call.duration_ms}.0, "method": "GET", "endpoint": "${call.endpoint.replaceAll('/', '\\/')}", ` +
    `"course_id": ${quoted(call.course_id)}, "error_type": ${quoted(call.error_type)}, "page": ${call.page}, ` +
    `"attempt": ${call.attempt}, "items": ${call.items}, "bytes": ${call.bytes}, "request_cost": ${call.request_cost}, ` +
    `"rate_limit_remaining": ${call.rate_limit_remaining}, "seq": ${call.seq}, "writer": "${call.writer}", ` +
    `"user_id": ${call.user_id_json}, "task_id": "${call.task_id}", "event": "api_call", ` +
    `"level": "${failed ? 'WARNING' : 'INFO'}", "timestamp": "${time}" }\n`
  )
}

function pythonJsonLine(call: ApiCall, time: string): string {
  const failed = call.error_type !== null
  const error = failed ? `, "extra_error_message": "${call.error_type}"` : ''
  return (
    `{"timestamp": "${time.slice(0, -1)}000", "level": "${failed ? 'WARNING' : 'INFO'}", ` +
    `"logger": "canvas_sync.api_calls", "message": "Canvas API response: GET ${call.endpoint}", ` +
    `"extra_method": "GET", "extra_endpoint": "${call.endpoint}", "extra_response_status": ${call.status}, ` +
    `"extra_duration_ms": ${call.duration_ms}.0, "extra_user_id": ${call.user_id_json}, ` +
    `"extra_course_id": ${call.course_id === null ? null : Number(call.course_id.slice(-4))}, "extra_task_id": "${call.task_id}"${error}}\n`
  )
}

function pythonTextLine(call: ApiCall, time: string): string {
  return (
    `[${time.slice(0, 10)} ${time.slice(11, 19)}] DEBUG [_make_request:93]: Canvas API response: ` +
    `GET ${call.endpoint.slice('/api/v1'.length)} - Status: ${call.status ?? 504} - Duration: ${call.duration_ms}.0ms\n`
  )
}

function malformedLine(call: ApiCall, time: string, model: ApiCallModel): string {
  const own = ownLine(call, time, model)
  const kind = Math.floor(model.random() * 5)
  if (kind === 0) return `${own.slice(0, 1 + Math.floor(model.random() * (own.length - 3)))}\n`
  if (kind === 1) return own.slice(Math.floor(2 + model.random() * 300))
  if (kind === 2) return `\0\0\0\0\0\0\0\0${own.slice(0, 200)}\n`
  if (kind === 3) return '  File "/app/canvas_client.py", line 93, in _make_request\n'
  return '\xff\xfe\xc3\x28 noise \xf0\x9f\n'
}
