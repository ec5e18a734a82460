import { CANVAS_ERROR_TYPES } from '../core/error-types.ts'

/**
 * Where syncs go wrong: reading from Canvas, in the job's own code, writing to the database, or around it all, where the
 * process was gone or too slow.
 */
export type ErrorPhase = 'extract' | 'transform' | 'load' | 'run'

const PHASES: Readonly<Record<string, ErrorPhase>> = {
  ...Object.fromEntries(CANVAS_ERROR_TYPES.map((type) => [type, 'extract'])),
  // Somebody stopped it, wherever it was.
  cancelled: 'run',
  job_error: 'transform',
  storage: 'load',
  lost: 'run',
  timed_out: 'run',
}

/** Error types of other programs count as the job's own. */
export function errorPhase(error_type: string): ErrorPhase {
  return Object.hasOwn(PHASES, error_type) ? (PHASES[error_type] ?? 'transform') : 'transform'
}
