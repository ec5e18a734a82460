import type { LogStream } from '../../core/log-event.ts'

export type DimensionName =
  | 'events'
  | 'users'
  | 'courses'
  | 'tasks'
  | 'methods'
  | 'endpoints'
  | 'statuses'
  | 'error_types'
  | 'operations'
  | 'entities'
  | 'sync_types'
  | 'end_statuses'
  | 'fingerprints'

/** One way to group the lines of a stream. */
export interface Dimension {
  readonly name: DimensionName
  /** Its number in kernel/assembly/fields.ts, or in groups.ts for a key that is made. */
  readonly field: number
  /** Different keys that are told apart; lines of further ones are counted together. */
  readonly limit: number
  /** Of how many keys percentiles are kept: each takes 18 KiB. */
  readonly histograms: number
}

const EVENT = 2
const TASK_ID = 3
const USER_ID = 4
const METHOD = 8
const STATUS = 10
const ERROR_TYPE = 18
const COURSE_ID = 19
const OPERATION = 20
const ENTITY = 21
const SYNC_TYPE = 26
const ENDPOINT_PATTERN = 40
const FINGERPRINT = 41
const END_STATUS = 42

const dimension = (name: DimensionName, field: number, limit: number, histograms = 0): Dimension => ({
  name,
  field,
  limit,
  histograms,
})

/** Bounded, so that memory stays flat however many there are. */
const COMMON: readonly Dimension[] = [
  dimension('events', EVENT, 1000),
  dimension('users', USER_ID, 50_000),
  dimension('courses', COURSE_ID, 50_000),
  dimension('tasks', TASK_ID, 100_000),
]

/** The groups of each stream. */
export const DIMENSIONS: Readonly<Record<LogStream, readonly Dimension[]>> = {
  operations: [
    ...COMMON,
    dimension('sync_types', SYNC_TYPE, 1000),
    dimension('end_statuses', END_STATUS, 1000),
  ],
  api_calls: [
    ...COMMON,
    dimension('methods', METHOD, 100, 20),
    dimension('endpoints', ENDPOINT_PATTERN, 5000, 300),
    dimension('statuses', STATUS, 1000, 50),
    dimension('error_types', ERROR_TYPE, 1000),
  ],
  database: [
    ...COMMON,
    dimension('operations', OPERATION, 1000, 50),
    dimension('entities', ENTITY, 1000, 50),
  ],
  errors: [
    ...COMMON,
    dimension('error_types', ERROR_TYPE, 1000),
    dimension('operations', OPERATION, 1000),
    dimension('fingerprints', FINGERPRINT, 20_000),
  ],
  progress: COMMON,
}
