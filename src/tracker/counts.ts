import type { CountOptions } from './types.ts'

export interface Count {
  readonly processed: number
  readonly created: number
  readonly updated: number
}

/**
 * No single call counts more: bytes, rows or milliseconds. What is above is a mistake (a point in time given as a
 * duration), and sums of it would leave the range in which a database gives an integer back.
 */
const MOST = 1e12

/** Whether it is a number that sums and the database bear. */
export const isSound = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= MOST

/** A number of at least 0, such as a duration; anything else is 0, since what comes from outside must not spoil a sum. */
export function amount(value: unknown): number {
  return isSound(value) && value > 0 ? value : 0
}

/** A whole number of at least 0; anything else is 0. */
export function wholeNumber(value: unknown): number {
  return Math.floor(amount(value))
}

/** Whether it is `true`; what else a JavaScript caller gives could not be sent to the store. */
export const flag = (value: unknown): boolean => value === true

const asNumber = (value: boolean | number | undefined): number => (value === true ? 1 : wholeNumber(value))

/** What counts objects: its event, and the counters that it adds to. */
export const COUNTED = {
  courses: {
    event: 'course_synced',
    processed: 'courses_processed',
    created: 'courses_created',
    updated: 'courses_updated',
  },
  assignments: {
    event: 'assignments_synced',
    processed: 'assignments_processed',
    created: 'assignments_created',
    updated: 'assignments_updated',
  },
  submissions: {
    event: 'submissions_synced',
    processed: 'submissions_processed',
    created: 'submissions_created',
    updated: 'submissions_updated',
  },
  grades: { event: 'grades_synced', processed: 'grades_processed', created: null, updated: 'grades_updated' },
} as const

/** What one `record…` call counts: one object unless it says otherwise. */
export function countOf(options: CountOptions): Count {
  const created = asNumber(options.created)
  const updated = asNumber(options.updated)
  const processed =
    options.processed === undefined ? Math.max(1, created + updated) : wholeNumber(options.processed)
  return { processed, created, updated }
}

/** Without the noise of floating point; null and undefined stay what they are. */
export function thousandths<T extends null | undefined>(value: number | T): number | T {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value
}

/** A duration as it stands in a line. */
export function tenths(value: unknown): number {
  return Math.round(amount(value) * 10) / 10
}
