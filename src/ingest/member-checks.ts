import { SECRET_SHAPE } from '../core/access-secret.ts'
import { COURSE_OUTCOMES } from '../core/sync-status.ts'
import { ERROR_TYPE_FACTS } from '../core/error-types.ts'
import { DB_OPERATIONS, INGEST_LIMITS } from '../core/ingest-event.ts'
import { LOG_LEVELS, LOG_STREAMS } from '../core/log-event.ts'
import { noCounters } from '../core/sync-record.ts'
import { noEntityCounts, SYNCED_TABLES } from '../core/synced-entity.ts'
import { epochMs } from './event-times.ts'

/**
 * What a member of an event may be. Written by hand, because a schema library takes longer for an event than all the
 * rest; the tests hold it against the published schema.
 */
export interface Check {
  /** @param latest_ms the latest time that may be given; default none */
  readonly holds: (value: unknown, latest_ms?: number) => boolean
  /** Behind "must be". */
  readonly expected: string
}

/** No single amount is more: what is above is a mistake, and sums of it would leave the range of exact integers. */
const MOST = 1e12

const { name_length, text_length, metadata_length } = INGEST_LIMITS

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A lone half of a character cannot be stored, nor in every database can a null character. An access token at the wrong
 * place would be kept as it is: what names something cannot be redacted.
 */
function isName(value: unknown, longest: number): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > longest) return false
  return (
    !value.includes('\0') && value.isWellFormed() && !(value.includes('csm_') && SECRET_SHAPE.test(value))
  )
}

export function nameOf(longest: number): Check {
  return {
    holds: (value) => isName(value, longest),
    expected: `a text of 1 to ${longest} characters without a null character`,
  }
}

export function idOf(longest: number): Check {
  return {
    holds: (value) => isName(value, longest) || Number.isSafeInteger(value),
    expected: `a text of 1 to ${longest} characters without a null character, or an integer`,
  }
}

function oneOf(values: readonly string[]): Check {
  return {
    holds: (value) => typeof value === 'string' && values.includes(value),
    expected: `one of ${values.join(', ')}`,
  }
}

const isAmount = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= MOST
const isWhole = (value: unknown): boolean => isAmount(value) && Number.isInteger(value)

export const NAME: Check = nameOf(name_length)
export const ID: Check = idOf(name_length)
export const TEXT: Check = {
  holds: (value) => typeof value === 'string' && value.length <= text_length && value.isWellFormed(),
  expected: `a text of at most ${text_length} characters`,
}
export const WHOLE: Check = { holds: isWhole, expected: 'a whole number from 0 to 1e12' }
export const AMOUNT: Check = { holds: isAmount, expected: 'a number from 0 to 1e12' }
export const NUMBER: Check = {
  holds: (value) => typeof value === 'number' && Math.abs(value) <= MOST,
  expected: 'a number from -1e12 to 1e12',
}
export const PERCENT: Check = {
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 100,
  expected: 'a number from 0 to 100',
}
export const FLAG: Check = { holds: (value) => typeof value === 'boolean', expected: 'true or false' }
export const FLAG_OR_WHOLE: Check = {
  holds: (value) => typeof value === 'boolean' || isWhole(value),
  expected: 'true, false or a whole number from 0 to 1e12',
}
export const STATUS_CODE: Check = {
  holds: (value) => isWhole(value) && (value as number) <= 999,
  expected: 'a whole number from 0 to 999',
}
export const TIME: Check = {
  holds: (value, latest_ms = Number.POSITIVE_INFINITY) => (epochMs(value) ?? Number.NaN) <= latest_ms,
  expected: 'ISO 8601 with a zone, or epoch milliseconds',
}
export const DB_OPERATION: Check = oneOf(DB_OPERATIONS)
export const OUTCOME: Check = oneOf(COURSE_OUTCOMES)
export const STREAM: Check = oneOf(LOG_STREAMS)
export const LEVEL: Check = oneOf(LOG_LEVELS)
export const FINISH_STATUS: Check = oneOf(['completed', 'partial', 'failed', 'cancelled'])

/** `lost` and `timed_out` are the monitor's to say. */
export const ERROR_TYPE: Check = oneOf(
  Object.keys(ERROR_TYPE_FACTS).filter((type) => type !== 'lost' && type !== 'timed_out'),
)
export const EVENT_NAME: Check = {
  holds: (value) => typeof value === 'string' && /^[a-z][a-z\d_]{0,63}$/.test(value),
  expected: '1 to 64 lower-case letters, digits and "_", a letter first',
}

/** Deeper than anybody means; what walks through it calls itself. */
const DEEPEST = 64

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(part, levels - 1))
}

export const METADATA: Check = {
  holds: (value) =>
    isObject(value) && !isDeeperThan(value, DEEPEST) && JSON.stringify(value).length <= metadata_length,
  expected: `an object of at most ${metadata_length} characters as JSON and ${DEEPEST} levels`,
}

export const FIELDS: Check = {
  holds: (value) => isObject(value) && Object.values(value).every(isFlat),
  expected: `an object of texts of at most ${text_length} characters, numbers, true, false and null`,
}

function isFlat(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= text_length && value.isWellFormed()
  return typeof value === 'number' || typeof value === 'boolean' || value === null
}

const COUNTER_NAMES: ReadonlySet<string> = new Set(Object.keys(noCounters()))

/** Of counters, those that are durations or costs may have a fraction. */
const isFraction = (name: string): boolean => name.endsWith('_ms') || name === 'api_request_cost'

export const COUNTERS: Check = {
  holds: (value) =>
    isObject(value) &&
    Object.entries(value).every(([name, count]) =>
      isFraction(name) ? isAmount(count) : !COUNTER_NAMES.has(name) || isWhole(count),
    ),
  expected: 'an object of counters, each a number from 0 to 1e12, whole but for durations and costs',
}

const ENTITY_COUNTS: ReadonlySet<string> = new Set(Object.keys(noEntityCounts()))

export const ENTITIES: Check = {
  holds: (value) =>
    isObject(value) &&
    Object.entries(value).every(
      ([entity, counts]) =>
        Object.hasOwn(SYNCED_TABLES, entity) &&
        isObject(counts) &&
        Object.entries(counts).every(([name, count]) => ENTITY_COUNTS.has(name) && isWhole(count)),
    ),
  expected: `an object of ${Object.keys(SYNCED_TABLES).join(', ')}, each with whole counts`,
}

export const EXCEPTION: Check = {
  holds: (value) =>
    isObject(value) &&
    TEXT.holds(value['name']) &&
    (value['message'] == null || typeof value['message'] === 'string') &&
    (value['place'] == null || TEXT.holds(value['place'])),
  expected: 'an object with a name, and perhaps a message and a place',
}

/** Cut where it is too long: a message must not keep an end from its row. */
export const MESSAGE: Check = { holds: (value) => typeof value === 'string', expected: 'a text' }
