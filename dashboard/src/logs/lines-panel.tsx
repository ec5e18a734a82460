import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import type { VListHandle } from 'virtua'
import type { QueryValues } from '../data/api-client.ts'
import { useKept, KeptChoice } from '../parts/kept-choice.ts'
import { useKeys } from '../parts/keys.ts'
import { indexOfName, type Row } from './line-rows.ts'
import { LineView } from './line-view.tsx'
import { withValues } from './log-filters.ts'
import { nameOf } from './log-line.ts'
import type { WindowStart } from './window-view.ts'
import { NothingFound } from './nothing-found.tsx'
import { useLineKeys } from './use-line-keys.ts'
import { useLineTail, useLineWindow, useMarker } from './use-lines.ts'
import { NewerStrip, OlderStrip } from './view-strip.tsx'

const wrapping = new KeptChoice('canvas-sync-log-wrap', (kept) => (kept === 'on' ? 'on' : 'off'))

interface LinesPanelProps {
  /** Of what is looked for. */
  readonly filters: QueryValues
  /** Of what is listed: perhaps the lines between, too. */
  readonly listed: QueryValues
  readonly start: WindowStart
  /** The name of the line at which it begins. */
  readonly started_at: string | null
  readonly onJump: (name: string) => void
  /** Begins again with the newest lines. */
  readonly onNewest: () => void
}

/** The lines, and what can be done with them. */
export function LinesPanel(props: LinesPanelProps): ReactNode {
  const { filters, listed, start, started_at, onJump, onNewest } = props
  const [address, setAddress] = useSearchParams()
  const [window, view] = useLineWindow(listed, start)
  const follows = address.get('follow') === '1'
  const [tail, tail_view] = useLineTail(follows && start.from === 'newest', listed, window, view.is_filled)
  const marker = useMarker(
    String(filters['text'] ?? ''),
    String(filters['regex'] ?? ''),
    filters['ignore_case'] === 'true',
  )
  const wraps = useKept(wrapping) === 'on'
  const list = useRef<VListHandle | null>(null)
  const [selected, setSelected] = useState<Row | null>(null)
  const [sticks, setSticks] = useState(start.from === 'newest')
  const [is_paused, setPaused] = useState(false)
  const opened = address.get('line')

  const is_held = is_paused || !sticks
  useEffect(() => {
    if (is_held) tail?.hold()
    else tail?.release()
  }, [tail, is_held])

  const select = useCallback((row: Row, align: 'center' | 'nearest', index: number): void => {
    setSelected(row)
    setSticks(false)
    list.current?.scrollToIndex(index, { align })
  }, [])

  // The line of the address, or of a jump, is shown as soon as it is there, and once more with what is around it.
  const shown_with = useRef({ is_found: false, is_filled: false })
  useEffect(() => {
    const { is_found, is_filled } = shown_with.current
    if (started_at === null || (is_found && is_filled === view.is_filled)) return
    const index = indexOfName(view.rows, started_at)
    const row = view.rows[index]
    if (row === undefined) return
    shown_with.current = { is_found: true, is_filled: view.is_filled }
    select(row, 'center', index)
  }, [started_at, view, select])
  const is_missing = started_at !== null && view.is_filled && indexOfName(view.rows, started_at) === -1

  const change = useCallback(
    (values: Readonly<Record<string, string>>): void => {
      setAddress(withValues(new URLSearchParams(location.search), values))
    },
    [setAddress],
  )
  const toggle = useCallback(
    (row: Row): void => {
      if (row.line === null) return
      setSelected(row)
      setSticks(false)
      const name = nameOf(row.line)
      change({ line: new URLSearchParams(location.search).get('line') === name ? '' : name })
    },
    [change],
  )
  const toNewest = useCallback((): void => {
    setPaused(false)
    setSticks(true)
    if (start.from !== 'newest' || window.get().newer.state !== 'end') onNewest()
  }, [start, window, onNewest])
  const follow = useCallback((): void => {
    if (follows) change({ follow: '' })
    else {
      change({ follow: '1', until: '', order: '', line: '' })
      toNewest()
    }
  }, [follows, change, toNewest])
  const pause = useCallback((): void => {
    if (!follows) follow()
    else {
      // Who goes on wants to see what comes.
      if (is_paused) setSticks(true)
      setPaused(!is_paused)
    }
  }, [follows, follow, is_paused])

  const keys = useLineKeys({
    window,
    view,
    list,
    selected,
    select,
    filters,
    marker,
    onJump,
    pause,
    toggle,
    wrap,
  })
  useKeys(keys, 'Logs')
  return (
    <section className="panel log-panel" aria-label="Lines">
      <OlderStrip
        window={window}
        view={view}
        wraps={wraps}
        onWrap={wrap}
        onStart={() => {
          change({ order: 'oldest', line: '', follow: '' })
        }}
      />
      {is_missing ? (
        <p className="outdated" role="alert">
          The line of this link is not here: it was deleted since, or a filter leaves it out.
        </p>
      ) : null}
      <NothingFound window={window} view={view} />
      <LineView
        window={window}
        view={view}
        list={list}
        marker={marker}
        selected={selected}
        opened={opened}
        wraps={wraps}
        sticks={sticks && !is_paused}
        onStick={setSticks}
        onToggle={toggle}
      />
      <NewerStrip
        window={window}
        view={view}
        tail={tail_view}
        follows={follows}
        is_paused={is_paused}
        is_at_end={sticks}
        onFollow={follow}
        onPause={pause}
        onEnd={() => {
          if (!follows) change({ order: '', line: '' })
          toNewest()
        }}
      />
    </section>
  )
}

function wrap(): void {
  wrapping.choose(wrapping.get() === 'on' ? 'off' : 'on')
}
