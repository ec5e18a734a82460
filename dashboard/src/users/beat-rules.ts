import type { Beat } from '../../../src/api/users/beats.ts'
import type { SyncStatus } from '../../../src/core/sync-status.ts'
import { dateText } from '../parts/date-text.ts'
import { durationText } from '../parts/number-text.ts'

/** What went well first, then what needs somebody. */
const WORDS: readonly (readonly [SyncStatus, string])[] = [
  ['completed', 'completed'],
  ['in_progress', 'running'],
  ['partial', 'partial'],
  ['failed', 'failed'],
  ['lost', 'lost'],
  ['timed_out', 'timed out'],
  ['cancelled', 'cancelled'],
]

const STEPS = 8

const wordsOf = (status: SyncStatus): string => WORDS.find(([each]) => each === status)?.[1] ?? status

/** `28 completed, 1 failed, 1 lost`: what is in a row of bars, in words. */
export function beatsText(beats: readonly Pick<Beat, 'sync_status'>[]): string {
  const parts = WORDS.flatMap(([status, words]) => {
    const count = beats.filter(({ sync_status }) => sync_status === status).length
    return count === 0 ? [] : [`${count} ${words}`]
  })
  return parts.length === 0 ? 'no runs' : parts.join(', ')
}

/** What one bar is called: `Failed, 22 Nov, 10:15, took 3 min 30 s, timeout`. */
export function beatText(beat: Beat, zone: string): string {
  const { sync_status, sync_start_time, total_duration_seconds, error_type } = beat
  const status = wordsOf(sync_status)
  return [
    `${status.slice(0, 1).toUpperCase()}${status.slice(1)}`,
    dateText(Date.parse(sync_start_time), zone, 'minute'),
    ...(total_duration_seconds === null ? [] : [`took ${durationText(total_duration_seconds)}`]),
    ...(error_type === null || error_type === sync_status ? [] : [error_type.replaceAll('_', ' ')]),
  ].join(', ')
}

/** How high a bar is beside the longest of its row: 1 to 8. One that has no duration yet is as high as the lowest. */
export function beatHeight({ total_duration_seconds }: Beat, longest_seconds: number): number {
  if (total_duration_seconds === null || longest_seconds <= 0) return 1
  return Math.max(1, Math.min(STEPS, Math.ceil((STEPS * total_duration_seconds) / longest_seconds)))
}

/** Of runs that have ended, seconds. */
export const longestOf = (beats: readonly Beat[]): number =>
  Math.max(0, ...beats.map(({ total_duration_seconds }) => total_duration_seconds ?? 0))

export const beatClass = (beat: Beat, longest_seconds: number): string =>
  `beat beat-${beat.sync_status} beat-height-${beatHeight(beat, longest_seconds)}`
