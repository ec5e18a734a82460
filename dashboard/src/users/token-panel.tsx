import type { ReactNode } from 'react'
import { errorTypeFacts } from '../../../src/core/error-types.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { Sign } from '../parts/sign.tsx'
import { Ago } from '../parts/time-text.tsx'
import { tokenState } from './token-state.ts'

/** Whether Canvas takes the token of a user. */
export function TokenState({ syncs }: { readonly syncs: readonly SyncRecord[] }): ReactNode {
  const state = tokenState(syncs)
  if (state.kind === 'unknown') {
    return (
      <p className="empty">No sync of this user has reached Canvas yet, so nothing is known of the token.</p>
    )
  }
  if (state.kind === 'worked') {
    return (
      <p>
        <span className="status token-worked">
          <Sign shape="check" /> Worked
        </span>{' '}
        <Ago at_ms={state.at_ms} />
      </p>
    )
  }
  const { error_type, since_ms, worked_ms } = state
  return (
    <>
      <p>
        <span className="status token-refused">
          <Sign shape="cross" /> Refused
        </span>{' '}
        since <Ago at_ms={since_ms} />: {error_type.replaceAll('_', ' ')}.
        {worked_ms === null ? null : (
          <>
            {' '}
            It worked last <Ago at_ms={worked_ms} />.
          </>
        )}
      </p>
      <p className="next-step">{errorTypeFacts(error_type)?.next_step}</p>
    </>
  )
}
