import type { Reply } from '../http/context.ts'
import type { Answer } from '../http/answer.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { Fault } from './fault.ts'

/** Faults in the rows and links of a good answer. */
export function shapeReply(reply: Reply, faults: readonly Fault[]): Reply {
  return faults.reduce((shaped, fault) => shapeOnce(shaped, fault), reply)
}

function shapeOnce(reply: Reply, fault: Fault): Reply {
  if (fault.kind === 'empty_list') {
    return withoutLinks({ ...reply, body: withRows(reply.body, () => []) })
  }
  if (fault.kind === 'drop_link_header') return withoutLinks(reply)
  if (fault.kind === 'duplicate_rows') {
    const count = fault.count ?? 1
    return { ...reply, body: withRows(reply.body, (rows) => [...rows, ...rows.slice(0, count)]) }
  }
  if (fault.kind === 'repeat_page' && reply.links !== undefined) {
    const next = fault.how === 'undecodable' ? 'bookmark:not-a-bookmark' : reply.links.current
    return { ...reply, links: { ...reply.links, next } }
  }
  return reply
}

/** Faults in the bytes of whatever answer there is. */
export function shapeAnswer(answer: Answer, faults: readonly Fault[]): Answer {
  return faults.reduce((shaped, fault) => shapeAnswerOnce(shaped, fault), answer)
}

function shapeAnswerOnce(answer: Answer, fault: Fault): Answer {
  if (fault.kind === 'malformed_json') {
    return { ...answer, body: `${answer.body.slice(0, Math.ceil(answer.body.length / 2))}\n<!-- ` }
  }
  if (fault.kind === 'wrong_content_type') {
    return { ...answer, headers: { ...answer.headers, 'Content-Type': 'text/html; charset=utf-8' } }
  }
  return fault.kind === 'huge_body' ? { ...answer, body: ' '.repeat(fault.bytes) + answer.body } : answer
}

function withoutLinks(reply: Reply): Reply {
  return { body: reply.body, rows: reply.rows }
}

/** Works on `[…]` and on `{"enrollment_terms": […]}` alike. */
function withRows(body: JsonValue, change: (rows: readonly JsonValue[]) => readonly JsonValue[]): JsonValue {
  if (Array.isArray(body)) return change(body as readonly JsonValue[])
  if (typeof body !== 'object' || body === null) return body
  const object = body as JsonObject
  const wrapped = Object.entries(object).find(([, value]) => Array.isArray(value))
  if (wrapped === undefined) return body
  return { ...object, [wrapped[0]]: change(wrapped[1] as readonly JsonValue[]) }
}
