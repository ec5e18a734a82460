import type { SyncErrorType } from './error-types.ts'
import type { SyncStatus } from './sync-status.ts'

/** How a sync ended, as far as its error goes. */
export interface SyncEnding {
  readonly sync_status: SyncStatus
  readonly error_type: SyncErrorType | null
  readonly error_message: string | null
}

/** Longer messages differ behind this only in what does not count. */
const MOST_CHARACTERS = 300

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi
/** Times such as 2026-11-22T10:15:30.123Z. */
const TIME = /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g
/** Quoted on one line; an apostrophe inside a word begins no quotation. */
const QUOTED = /"[^"\n]*"|(?<![\p{L}\p{N}])'[^'\n]*'(?![\p{L}\p{N}])|`[^`\n]*`|“[^”\n]*”/gu
const ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi
/** Hashes and tokens: 8 or more hexadecimal digits with a number among them. */
const HEXADECIMAL = /\b(?=[0-9a-f]*\d)(?:0x)?[0-9a-f]{8,}\b/gi
const NUMBER = /\d+(?:[.,]\d+)*/g

/** The message without what differs from sync to sync: ids, numbers, times, addresses and what is quoted. */
export function messagePattern(message: string): string {
  return (
    message
      // What is far behind cannot matter, and makes every expression slower.
      .slice(0, MOST_CHARACTERS * 4)
      .replaceAll(ADDRESS, '<address>')
      .replaceAll(QUOTED, '<text>')
      .replaceAll(UUID, '<id>')
      .replaceAll(TIME, '<time>')
      .replaceAll(HEXADECIMAL, '<id>')
      .replaceAll(NUMBER, '<n>')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .toLowerCase()
      .slice(0, MOST_CHARACTERS)
  )
}

/**
 * What syncs that ended for the same reason have in common; null for a sync that did not end with an error. Every
 * failed, lost and timed-out sync has one, a partial one when it says what went wrong.
 */
export function errorFingerprint({ sync_status, error_type, error_message }: SyncEnding): string | null {
  const failed = sync_status === 'failed' || sync_status === 'lost' || sync_status === 'timed_out'
  const partly = sync_status === 'partial' && (error_type !== null || error_message !== null)
  return failed || partly ? `${error_type ?? ''}\n${messagePattern(error_message ?? '')}` : null
}
