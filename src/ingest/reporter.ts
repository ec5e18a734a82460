import type { KnownSync } from '../store/ingest-store.ts'

/** Who reports. The syncs that it starts are its own, as long as it has a name. */
export interface Reporter {
  /** The name of its token, which a new token of the same name takes over; null without a token. */
  readonly name: string | null
  /** Whether it may go on with the syncs of every other reporter. */
  readonly trusted: boolean
}

/** One that has shown nothing: may go on with what belongs to nobody. */
export const UNNAMED_REPORTER: Reporter = { name: null, trusted: false }

/** Whether a sync is this reporter's to go on with. */
export function mayReportOn(
  { name, trusted }: Reporter,
  { reported_by }: Pick<KnownSync, 'reported_by'>,
): boolean {
  return trusted || reported_by === null || reported_by === name
}
