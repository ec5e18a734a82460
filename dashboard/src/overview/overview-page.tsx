import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { freshnessQuery, syncsQuery } from '../data/queries.ts'
import { Attention } from './attention.tsx'
import { Figures } from './figures.tsx'
import { FreshnessPanel } from './freshness-panel.tsx'
import { PERIODS, type Period } from './period.ts'
import { RunningSyncs } from './running-syncs.tsx'
import { SyncsOverTime } from './syncs-over-time.tsx'
import { TrustSentence } from './trust-sentence.tsx'

const TROUBLED = 'failed,partial,lost,timed_out'

/** Is the data fresh, complete and true? */
export function OverviewPage(): ReactNode {
  const [period, setPeriod] = useState<Period>(PERIODS[0])
  const running = useQuery(syncsQuery({ status: 'in_progress', limit: 20 }))
  const troubled = useQuery(syncsQuery({ status: TROUBLED, since: period.since, limit: 8 }))
  const freshness = useQuery(freshnessQuery({ final: false, limit: 200 }))
  return (
    <>
      <header className="page-head">
        <h1>Overview</h1>
        <TrustSentence troubled={troubled.data} freshness={freshness.data} period={period} />
        <PeriodSwitch period={period} onChange={setPeriod} />
      </header>
      <Figures period={period} />
      <div className="columns">
        <RunningSyncs query={running} />
        <Attention query={troubled} period={period} />
      </div>
      <SyncsOverTime period={period} />
      <FreshnessPanel query={freshness} />
    </>
  )
}

interface PeriodSwitchProps {
  readonly period: Period
  readonly onChange: (period: Period) => void
}

function PeriodSwitch({ period, onChange }: PeriodSwitchProps): ReactNode {
  return (
    <fieldset className="choice">
      <legend>Period</legend>
      {PERIODS.map((each) => (
        <label key={each.since}>
          <input
            type="radio"
            name="period"
            checked={each === period}
            onChange={() => {
              onChange(each)
            }}
          />
          {each.words}
        </label>
      ))}
    </fieldset>
  )
}
