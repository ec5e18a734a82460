import { useQuery } from '@tanstack/react-query'
import { useMemo, useState, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { useZone } from '../parts/time-zone.ts'
import { filtersOf, withMoments, withValues } from './log-filters.ts'
import { LogFilterBar } from './log-filter-bar.tsx'
import { LogHistogramPanel } from './log-histogram.tsx'
import { readName } from './log-line.ts'
import { histogramQuery } from './log-queries.ts'
import { searchEarly } from './early-search.ts'
import { LIMITS, type WindowStart } from './window-view.ts'
import { LinesPanel } from './lines-panel.tsx'

/** Somewhere else than where the address says: the next error may be far from what is loaded. */
interface Jump {
  /** What the address asked for then. */
  readonly of: string
  readonly name: string
}

/** Asks for the lines that the page will show at its address, before it is drawn. */
export function askFirstLines(): void {
  const address = new URLSearchParams(location.search)
  const filters = filtersOf(address)
  // What begins with a time begins with another one by then.
  if (['since', 'until'].some((name) => name in filters)) return
  if (['line', 'order', 'others'].some((name) => address.has(name))) return
  searchEarly({ ...filters, order: 'newest', limit: LIMITS.first })
}

/** The five streams: searched, followed, and looked at around a line. */
export function LogsPage(): ReactNode {
  const [address, setAddress] = useSearchParams()
  const zone = useZone()
  const asked = useMemo(() => askedFor(address), [address])
  const [jump, setJump] = useState<Jump | null>(null)
  const jumped_to = jump?.of === asked ? jump.name : null
  const line = address.get('line')
  // Opening a line of the list changes the address, but not the list.
  const [first, setFirst] = useState({ of: asked, line, times: 0 })
  if (first.of !== asked) setFirst({ of: asked, line, times: first.times + 1 })
  const started_at = jumped_to ?? first.line

  const filters = useMemo(
    () => withMoments(filtersOf(new URLSearchParams(asked)), { now_ms: Date.now(), zone }),
    // oxlint-disable-next-line react/exhaustive-deps -- who begins again means the time of now
    [asked, zone, first.times],
  )
  const listed = useMemo(() => {
    if (!asked.includes('others=true')) return filters
    const { text: _, regex: __, ignore_case: ___, ...others } = filters
    return others
  }, [filters, asked])
  const start = useMemo((): WindowStart => {
    const name = started_at === null ? null : readName(started_at)
    if (name !== null) return { from: 'time', at_ms: Date.parse(name.timestamp) }
    return { from: asked.includes('order=oldest') ? 'oldest' : 'newest' }
  }, [started_at, asked])
  const histogram = useQuery(histogramQuery(filters))

  return (
    <>
      <header className="page-head">
        <h1>Logs</h1>
      </header>
      <LogFilterBar address={address} onChange={setAddress} />
      <LogHistogramPanel
        query={histogram}
        onSelect={(since, until) => {
          setAddress(withValues(address, { since, until, line: '', follow: '' }))
        }}
      />
      <LinesPanel
        key={`${asked} ${started_at ?? ''} ${first.times}`}
        filters={filters}
        listed={listed}
        start={start}
        started_at={started_at}
        onJump={(name) => {
          setJump({ of: asked, name })
        }}
        onNewest={() => {
          setJump(null)
          setFirst({ of: asked, line: null, times: first.times + 1 })
        }}
      />
    </>
  )
}

/** What decides which lines there are, in one text. */
function askedFor(address: URLSearchParams): string {
  const asked = new URLSearchParams()
  const values = filtersOf(address)
  for (const [name, value] of Object.entries(values)) asked.set(name, String(value))
  for (const name of ['order', 'others']) {
    const value = address.get(name)
    if (value !== null) asked.set(name, value)
  }
  return asked.toString()
}
