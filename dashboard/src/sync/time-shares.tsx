import type { ReactNode } from 'react'
import type { TimeShares } from '../../../src/api/syncs/steps/time-shares.ts'
import { unitText } from '../charts/chart-lines.ts'
import { percentText } from '../parts/number-text.ts'
import { STEP_KINDS, STEP_WORDS } from './step-kinds.ts'
import { WaterfallBar } from './waterfall-bar.tsx'

/** What the time of the whole sync went by with; the legend of the waterfall, too. */
export function WholeShares({ shares }: { readonly shares: TimeShares }): ReactNode {
  const total_ms = STEP_KINDS.reduce((sum, kind) => sum + shares[kind], 0)
  let at_ms = 0
  const stretches = STEP_KINDS.flatMap((kind) => {
    const duration_ms = shares[kind]
    const stretch = { kind, at_ms, duration_ms }
    at_ms += duration_ms
    return duration_ms > 0 ? [stretch] : []
  })
  return (
    <div className="whole-shares">
      {total_ms === 0 ? null : (
        <WaterfallBar row={{ at_ms: 0, duration_ms: total_ms, stretches }} total_ms={total_ms} />
      )}
      <dl>
        {STEP_KINDS.map((kind) => (
          <div key={kind}>
            <dt>
              <svg className="step-swatch" viewBox="0 0 12 12" aria-hidden="true">
                <rect
                  className={`step-${kind}`}
                  width="12"
                  {...(kind === 'other' ? { y: 4, height: 4 } : { height: 12 })}
                />
              </svg>
              {STEP_WORDS[kind]}
            </dt>
            <dd>
              {unitText(shares[kind], 'milliseconds')}
              {total_ms === 0 ? '' : `, ${partText(shares[kind] / total_ms)}`}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

/** What is there at all is not nothing. */
function partText(part: number): string {
  return part > 0 && part < 0.005 ? 'less than 1 %' : percentText(Math.round(100 * part))
}

/** `7.4 s: 5.1 s waiting for answers of Canvas, …`, the longest first. */
export function sharesText(shares: TimeShares): string {
  return STEP_KINDS.filter((kind) => shares[kind] >= 0.5)
    .toSorted((a, b) => shares[b] - shares[a])
    .map((kind) => `${unitText(shares[kind], 'milliseconds')} ${STEP_WORDS[kind]}`)
    .join(', ')
}
