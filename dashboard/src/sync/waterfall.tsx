import { useId, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react'
import { VList, type VListHandle } from 'virtua'
import { unitText } from '../charts/chart-lines.ts'
import { dateText } from '../parts/date-text.ts'
import { durationText } from '../parts/number-text.ts'
import type { SignShape } from '../parts/mark.ts'
import { Sign } from '../parts/sign.tsx'
import { exactText } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { isFailed } from './failure-groups.ts'
import { sharesText } from './time-shares.tsx'
import { WaterfallBar } from './waterfall-bar.tsx'
import type { WaterfallRow } from './waterfall-rows.ts'

/** More are drawn only where they are looked at. */
const DRAWN_AT_ONCE = 60
const QUARTERS = [0, 0.25, 0.5, 0.75] as const

interface WaterfallProps {
  readonly rows: readonly WaterfallRow[]
  readonly started_ms: number
  /** Of the sync. */
  readonly total_ms: number
}

/** When each part of a sync began and how long it took. The pointer or the arrow keys choose the one that is told of. */
export function Waterfall({ rows, started_ms, total_ms }: WaterfallProps): ReactNode {
  const [chosen, setChosen] = useState(-1)
  const list = useRef<VListHandle>(null)
  const id = useId()
  const optionId = (index: number): string => `${id}-${index}`
  const active = Math.min(chosen, rows.length - 1)
  const onKey = (event: KeyboardEvent): void => {
    const to = STEPS[event.key]?.(active, rows.length)
    if (to === undefined) return
    event.preventDefault()
    setChosen(to)
    list.current?.scrollToIndex(to, { align: 'nearest' })
    document.getElementById(optionId(to))?.scrollIntoView({ block: 'nearest' })
  }
  const drawn = (row: WaterfallRow, index: number): ReactElement => (
    <div
      key={row.key}
      id={optionId(index)}
      role="option"
      aria-selected={index === active}
      className="waterfall-row"
      // Not when the list moves below a pointer that stands still.
      onPointerMove={({ movementX, movementY }) => {
        if (movementX !== 0 || movementY !== 0) setChosen(index)
      }}
    >
      <span className="waterfall-label">
        <OutcomeSign row={row} /> {row.label}
      </span>
      <WaterfallBar row={row} total_ms={total_ms} />
      <span className="numeric">{unitText(row.duration_ms, 'milliseconds')}</span>
      <span className="visually-hidden">{wordsOf(row)}</span>
    </div>
  )
  const listbox = {
    role: 'listbox',
    tabIndex: 0,
    'aria-label': 'Parts of the sync over time',
    'aria-activedescendant': active === -1 ? undefined : optionId(active),
    onKeyDown: onKey,
    onFocus: () => {
      if (active === -1) setChosen(0)
    },
  }
  const row = rows[active]
  return (
    <div className="waterfall">
      <div className="waterfall-row waterfall-axis" aria-hidden="true">
        <span />
        <span className="waterfall-ticks">
          {QUARTERS.map((part) => (
            <span key={part}>{part === 0 ? '0' : durationText((total_ms * part) / 1000)}</span>
          ))}
        </span>
        <span className="numeric">{durationText(total_ms / 1000)}</span>
      </div>
      {rows.length > DRAWN_AT_ONCE ? (
        <div className="waterfall-rows waterfall-many">
          <VList
            ref={list}
            data={rows}
            itemSize={28}
            {...listbox}
            {...(active === -1 ? {} : { keepMounted: [active] })}
          >
            {drawn}
          </VList>
        </div>
      ) : (
        <div className="waterfall-rows" {...listbox}>
          {rows.map(drawn)}
        </div>
      )}
      <RowDetail row={row} started_ms={started_ms} />
    </div>
  )
}

const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => Math.min(count - 1, at + 1),
  ArrowUp: (at) => Math.max(0, at - 1),
  PageDown: (at, count) => Math.min(count - 1, at + 10),
  PageUp: (at) => Math.max(0, at - 10),
  Home: () => 0,
  End: (_, count) => count - 1,
}

function OutcomeSign({ row: { outcome, is_course } }: { readonly row: WaterfallRow }): ReactNode {
  const [shape, tone]: readonly [SignShape, string] = !is_course
    ? ['dot', '']
    : outcome === null
      ? ['play', 'status-in_progress']
      : isFailed({ outcome })
        ? ['cross', 'status-failed']
        : outcome === 'completed'
          ? ['check', 'status-completed']
          : ['dash', 'status-cancelled']
  return (
    <span className={`outcome-sign ${tone}`}>
      <Sign shape={shape} />
    </span>
  )
}

/** `failed: 5.1 s waiting for answers of Canvas, …` */
function wordsOf({ outcome, is_course, shares }: WaterfallRow): string {
  const became = outcome ?? (is_course ? 'not ended' : null)
  return [became, shares === null ? null : sharesText(shares)].filter((words) => words !== null).join(': ')
}

interface RowDetailProps {
  readonly row: WaterfallRow | undefined
  readonly started_ms: number
}

/** Always has its room, so that nothing moves under the pointer. */
function RowDetail({ row, started_ms }: RowDetailProps): ReactNode {
  const zone = useZone()
  if (row === undefined) {
    return (
      <p className="row-detail hint">
        Point at a bar, or go through them with the arrow keys, for exact times.
      </p>
    )
  }
  const from_ms = Math.round(started_ms + row.at_ms)
  const until_ms = Math.round(from_ms + row.duration_ms)
  return (
    <p className="row-detail">
      <strong>{row.label}</strong> <ExactTime at_ms={from_ms} zone={zone} /> to{' '}
      <ExactTime at_ms={until_ms} zone={zone} />: {unitText(row.duration_ms, 'milliseconds')}, {wordsOf(row)}
      {row.calls === null ? '' : ` · ${row.calls} calls`}
    </p>
  )
}

function ExactTime({ at_ms, zone }: { readonly at_ms: number; readonly zone: string }): ReactNode {
  return (
    <time dateTime={new Date(at_ms).toISOString()} title={exactText(at_ms, zone)}>
      {dateText(at_ms, zone, 'clock')}
    </time>
  )
}
