import type { ReactNode } from 'react'
import type { ErrorGroupDecisionRecord } from '../../../src/api/errors/error-details.ts'
import { dateText } from '../parts/date-text.ts'
import { Ago } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { decisionWords, whoText } from './error-words.ts'

interface ErrorHistoryProps {
  readonly history: readonly ErrorGroupDecisionRecord[]
}

/** Who decided what, and why; the newest first. */
export function ErrorHistory({ history }: ErrorHistoryProps): ReactNode {
  const zone = useZone()
  if (history.length === 0) return null
  return (
    <section>
      <h3>History</h3>
      <ol className="error-history" reversed>
        {history.map((decided, index) => (
          <li key={history.length - index}>
            <p>
              <strong>{decisionWords(decided)}</strong>
              {decided.muted_until === null
                ? ''
                : ` until ${dateText(Date.parse(decided.muted_until), zone, 'minute')}`}{' '}
              by {whoText(decided)}, <Ago at_ms={Date.parse(decided.decided_at)} />
            </p>
            {decided.reason === null ? null : <p className="quiet-text">{decided.reason}</p>}
          </li>
        ))}
      </ol>
    </section>
  )
}
