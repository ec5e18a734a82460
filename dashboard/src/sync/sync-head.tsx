import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import { errorTypeFacts } from '../../../src/core/error-types.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { StatusMark } from '../parts/status-mark.tsx'
import { whoseOf } from '../parts/sync-words.ts'
import { Ago } from '../parts/time-text.tsx'
import { SyncProgress } from './sync-progress.tsx'
import { verdictSentence } from './verdict-sentence.ts'

interface SyncHeadProps {
  readonly sync: SyncRecord
  /** Null until they are known. */
  readonly courses: readonly CourseOutcomeRecord[] | null
}

/** What became of it, and what to do. */
export function SyncHead({ sync, courses }: SyncHeadProps): ReactNode {
  const { sync_status, sync_start_time, sync_end_time, error_message, error_group_id } = sync
  const running = sync_status === 'in_progress'
  const tone =
    sync_status === 'completed' ? 'trust-well' : running || sync_status === 'cancelled' ? '' : 'trust-not'
  const next_step = nextStepOf(sync)
  return (
    <header className="sync-head">
      <div className="sync-title">
        <h1>{whoseOf(sync)}</h1>
        <StatusMark status={sync_status} />
        <span className="quiet-text">
          {sync_end_time === null ? (
            <>
              started <Ago at_ms={Date.parse(sync_start_time)} />
            </>
          ) : (
            <>
              ended <Ago at_ms={Date.parse(sync_end_time)} />
            </>
          )}
        </span>
      </div>
      {running ? <SyncProgress sync={sync} /> : null}
      {/* All of it at once: the verdict may take several lines. */}
      {running || courses === null ? null : (
        <>
          <p className={`trust sync-verdict ${tone}`} role="status">
            {verdictSentence(sync, courses)}
          </p>
          {error_message === null ? null : <p className="sync-said">{error_message}</p>}
          {error_group_id === null ? null : (
            <p>
              <Link href={`/errors?group=${error_group_id}`}>This failure’s group</Link>
            </p>
          )}
        </>
      )}
      {next_step === null || (courses === null && !running) ? null : (
        <p className="to-do">
          <strong>What to do:</strong> <span className="next-step">{next_step}</span>
        </p>
      )}
    </header>
  )
}

function nextStepOf({ error_type, sync_status, deletions }: SyncRecord): string | null {
  if (error_type !== null) return errorTypeFacts(error_type)?.next_step ?? null
  if (sync_status === 'lost' || sync_status === 'timed_out')
    return errorTypeFacts(sync_status)?.next_step ?? null
  if (sync_status === 'in_progress' || deletions.held === 0) return null
  return 'Look in Canvas whether the rows are really gone; if so, sync once with --accept-deletions.'
}
