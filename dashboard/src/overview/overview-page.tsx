import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { memo, Suspense, useDeferredValue, useState, type ReactNode } from 'react'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import { lazyPage } from '../app/lazy-page.ts'
import { openIncidentsQuery, summaryQuery } from '../data/queries.ts'
import { Failure } from '../parts/failure.tsx'
import { PanelsWait } from '../parts/panels-wait.tsx'
import { usePageTitle } from '../parts/page-title.ts'
import { Attention } from './attention.tsx'
import { Begin } from './begin.tsx'
import { Figures } from './figures.tsx'
import { FreshnessPanel } from './freshness-panel.tsx'
import {
  newErrorsQuery,
  newestQuery,
  runningQuery,
  stalestQuery,
  troubledQuery,
  unsettledQuery,
} from './overview-queries.ts'
import { PeriodSwitch } from './period-switch.tsx'
import { usePeriod, type Period } from './period.ts'
import { RunningSyncs } from './running-syncs.tsx'
import { bySource } from './source-freshness.ts'
import { TrustSentence } from './trust-sentence.tsx'

// Below what one sees first.
const OverviewCharts = lazyPage(async () => (await import('./overview-charts.tsx')).OverviewCharts)

/** Is the data fresh, complete and true? */
export function OverviewPage(): ReactNode {
  const [period] = usePeriod()
  // The switch answers at once; drawing all figures of another period may take longer than a press should.
  return <Overview period={useDeferredValue(period)} />
}

const Overview = memo(function Overview({ period }: { readonly period: Period }): ReactNode {
  const running = useQuery(runningQuery())
  const troubled = useQuery(troubledQuery(period))
  const unsettled = useQuery(unsettledQuery(period))
  const freshness = useQuery(stalestQuery())
  const new_errors = useQuery(newErrorsQuery(period))
  const incidents = useQuery(openIncidentsQuery())
  const newest = useQuery(newestQuery())
  const summary = useQuery(summaryQuery(period.days))
  const twice = useQuery(summaryQuery(2 * period.days))
  usePageTitle(overviewTitle(unsettled.data))
  const [opened, setOpened] = useState(false)
  const queries = [running, troubled, unsettled, freshness, new_errors, incidents, newest, summary, twice]
  const answered = queries.every(hasAnswer)
  if (answered && !opened) setOpened(true)

  const sources = bySource(freshness.data?.freshness ?? [])
  const target_seconds = freshness.data?.target_seconds ?? 0
  const facts =
    troubled.data === undefined || unsettled.data === undefined || freshness.data === undefined
      ? null
      : {
          troubled: troubled.data.count,
          settled: troubled.data.count - unsettled.data.count,
          more_troubled: troubled.data.next_cursor !== null,
          period_words: period.words,
          sources,
          target_seconds,
        }
  const troubles = {
    incidents: incidents.data?.incidents ?? [],
    troubled: unsettled.data?.syncs ?? [],
    running: running.data?.syncs ?? [],
    sources,
    target_seconds,
    new_errors: new_errors.data?.groups ?? [],
    since: period.since,
  }
  const head = (content: ReactNode): ReactNode => (
    <header className="page-head">
      <h1>Overview</h1>
      {content}
    </header>
  )
  if (newest.data?.count === 0 && newest.data.next_cursor === null) {
    return (
      <>
        {head(null)}
        <Begin />
      </>
    )
  }
  return (
    <>
      {head(
        <>
          <TrustSentence facts={opened ? facts : null} />
          <PeriodSwitch />
        </>,
      )}
      {opened ? (
        <>
          <Figures period={period} />
          <div className="columns overview-columns">
            <div className="column">
              <RunningSyncs query={running} />
              <FreshnessPanel query={freshness} />
            </div>
            <Attention
              troubles={troubles}
              period_words={period.words}
              waits={![unsettled, running, freshness, new_errors, incidents].every(hasAnswer)}
              failure={failureOf([unsettled, running, freshness, new_errors, incidents])}
            />
          </div>
          <Suspense fallback={null}>
            <OverviewCharts period={period} />
          </Suspense>
        </>
      ) : (
        <PanelsWait />
      )}
    </>
  )
})

/** What is to be looked at is seen in the tab, too. */
const overviewTitle = (unsettled: SyncListPage | undefined): string =>
  unsettled === undefined || unsettled.count === 0
    ? 'Overview'
    : `${unsettled.count}${unsettled.next_cursor === null ? '' : '+'} went wrong · Overview`

const hasAnswer = ({ data, error }: UseQueryResult): boolean => data !== undefined || error !== null

/** What of the troubles could not be asked. */
function failureOf(queries: readonly UseQueryResult[]): ReactNode {
  const failed = queries.filter(({ error }) => error !== null)
  const [first] = failed
  if (first === undefined || first.error === null) return null
  const retry = (): void => {
    void Promise.all(failed.map((query) => query.refetch()))
  }
  return <Failure error={first.error} onRetry={retry} />
}
