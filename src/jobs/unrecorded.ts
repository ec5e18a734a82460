import { systemClock } from '../core/clock.ts'
import { isMonitorError } from '../core/errors.ts'
import { TrackedSyncs, type TrackedSyncsOptions } from '../tracker/tracked-syncs.ts'
import type { Sync } from '../tracker/types.ts'

const NOWHERE: TrackedSyncsOptions['reports'] = {
  startSync: () => Promise.resolve(0),
  saveProgress: () => Promise.resolve(true),
  saveSource: () => Promise.resolve(),
  finishSync: (_id, { status }) =>
    Promise.resolve({ applied: true, status, repaired_from: null, error_group_id: null }),
  saveCourseOutcome: () => Promise.resolve(),
}

const SILENT: TrackedSyncsOptions['logs'] = { write: () => {} }

/** Runs a job whose sync cannot be recorded, with one that goes nowhere. */
export function runUnrecorded<T>(work: (sync: Sync) => Promise<T>): Promise<T> {
  return new TrackedSyncs({ reports: NOWHERE, logs: SILENT, clock: systemClock }).track({}, work)
}

/** Who hears what went wrong beside a job: `why` is a sentence of our own, or what was thrown. */
export type TellTrouble = (what: string, why: unknown) => void

/** Of what was thrown only what is safe to tell. */
export function troubleSentence(what: string, why: unknown): string {
  const told = isMonitorError(why) ? why.message : typeof why === 'string' ? `${why}.` : unexpected(why)
  return `${what}: ${told}`
}

/** Tells the operator once, on stderr, through Node's own warnings. */
export const warnOnce: TellTrouble = (what, why) => {
  const sentence = troubleSentence(what, why)
  if (WARNED.has(sentence)) return
  WARNED.add(sentence)
  process.emitWarning(sentence, 'CanvasSyncMonitorWarning')
}

const WARNED = new Set<string>()

const unexpected = (error: unknown): string =>
  `something unexpected happened${error instanceof Error ? ` (${error.constructor.name})` : ''}.`
