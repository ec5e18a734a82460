import type { LogValue } from '../../../core/log-event.ts'
import { withoutQuery } from '../../redact.ts'
import { entityOf, REQUEST, snakeCase } from './log-words.ts'

/** What the text of a line of the earlier system says besides its words. */
export interface Segments {
  /** Under our names; ids as text, durations in milliseconds. */
  readonly fields: Record<string, LogValue>
  /** The segments that are no field, joined as they were. */
  readonly words: string
}

const SEPARATOR = ' - '
const REQUEST_SEGMENT = new RegExp(`^(?:.{0,60}: )?${REQUEST}$`)
const NAMED = /^([A-Za-z][A-Za-z_ ]{0,30}?)\s?[:=]\s?(.*)$/s
const DURATION = /^(\d+(?:\.\d+)?) ?(ms|s|sec|seconds|m|min|minutes)$/
const PERCENT = /^(\d{1,3}(?:\.\d+)?)%$/
const NUMBER = /^-?\d{1,15}(?:\.\d{1,9})?$/

const MS_PER: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  minutes: 60_000,
}

/** Names of the earlier system → ours, after `snakeCase`. A name that is not here is part of the words. */
const NAMES: Readonly<Record<string, string>> = {
  status: 'status',
  status_code: 'status',
  response_status: 'status',
  duration: 'duration_ms',
  duration_ms: 'duration_ms',
  elapsed: 'elapsed_ms',
  count: 'count',
  batch: 'batch',
  created: 'created',
  updated: 'updated',
  synced: 'synced',
  processed: 'processed',
  items: 'items',
  page: 'page',
  attempt: 'attempt',
  total: 'total',
  completed: 'completed',
  operation: 'operation',
  entity: 'entity',
  error_type: 'error_type',
  event: 'event',
  sync_type: 'sync_type',
  task: 'task_id',
  task_id: 'task_id',
  user: 'user_id',
  user_id: 'user_id',
  course: 'course_id',
  course_id: 'course_id',
}

/**
 * Takes `GET /path`, `Status: 200`, `Duration: 145.3ms`, `145.2ms`, `10%`, `user_id: 42` out of a text that separates
 * them by ` - `.
 */
export function readSegments(text: string): Segments {
  const fields: Record<string, LogValue> = {}
  const words: string[] = []
  for (const segment of text.split(SEPARATOR)) {
    if (!readRequest(segment, fields) && !readNamed(segment, fields) && !readMeasure(segment, fields)) {
      words.push(segment)
    }
  }
  return { fields, words: words.join(SEPARATOR) }
}

function readRequest(segment: string, fields: Record<string, LogValue>): boolean {
  const [, method, target] = REQUEST_SEGMENT.exec(segment) ?? []
  if (method === undefined || target === undefined) return false
  fields['method'] = method
  fields['endpoint'] = pathOf(target)
  return true
}

/** The path of an address of any form, without its query. */
export function pathOf(target: string): string {
  return withoutQuery(target.replace(/^https?:\/\/[^/]*/i, ''))
}

function readNamed(segment: string, fields: Record<string, LogValue>): boolean {
  const [, name = '', text = ''] = NAMED.exec(segment) ?? []
  const known = ourName(name)
  const value = known === undefined ? undefined : valueOf(known, text.trim())
  if (known === undefined || value === undefined) return false
  fields[known] = value
  return true
}

function readMeasure(segment: string, fields: Record<string, LogValue>): boolean {
  const percent = PERCENT.exec(segment)
  if (percent) fields['percent'] = Number(percent[1])
  const duration_ms = percent ? undefined : durationOf(segment)
  if (duration_ms !== undefined) fields['duration_ms'] = duration_ms
  return percent !== null || duration_ms !== undefined
}

/** Undefined for a name that the earlier system's fields do not have. */
export function ourName(name: string): string | undefined {
  const snake = snakeCase(name)
  return Object.hasOwn(NAMES, snake) ? NAMES[snake] : undefined
}

/** The value of a field by our name for it; undefined for a text that cannot be one. */
export function valueOf(name: string, text: string): LogValue {
  if (text === '') return undefined
  if (name.endsWith('_ms')) return durationOf(text) ?? (NUMBER.test(text) ? Number(text) : undefined)
  if (name.endsWith('_id') || name === 'event' || name === 'sync_type' || name === 'error_type') return text
  if (name === 'operation') return snakeCase(text)
  if (name === 'entity') return entityOf(text)
  if (NUMBER.test(text)) return Number(text)
  if (name === 'batch')
    return /^(?:true|yes)$/i.test(text) ? true : /^(?:false|no)$/i.test(text) ? false : undefined
  return name === 'status' && /^[\w -]{1,40}$/.test(text) ? text : undefined
}

/** `15.3ms`, `2.5 s` in milliseconds. */
export function durationOf(text: string): number | undefined {
  const [, number, unit = ''] = DURATION.exec(text) ?? []
  return number === undefined ? undefined : Number(number) * (MS_PER[unit] ?? 1)
}
