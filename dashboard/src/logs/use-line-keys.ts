import { useEffect, useMemo, useRef, type RefObject } from 'react'
import type { VListHandle } from 'virtua'
import type { QueryValues } from '../data/api-client.ts'
import type { Key } from '../parts/keys.ts'
import { notify } from '../parts/notices.tsx'
import { findBeyond, nextIndex } from './find-line.ts'
import type { Row } from './line-rows.ts'
import type { LineWindow } from './line-window.ts'
import type { Side, WindowView } from './window-view.ts'
import { nameOf, type LogLine } from './log-line.ts'
import type { Marker } from './marker.ts'

interface LineKeysOptions {
  readonly window: LineWindow
  readonly view: WindowView
  readonly list: RefObject<VListHandle | null>
  readonly selected: Row | null
  readonly select: (row: Row, align: 'center' | 'nearest', index: number) => void
  /** Of what is looked for. */
  readonly filters: QueryValues
  readonly marker: Marker
  /** To a line that is not loaded. */
  readonly onJump: (name: string) => void
  readonly pause: () => void
  readonly toggle: (row: Row) => void
  readonly wrap: () => void
}

/** What to look for with a key: in what is loaded by a rule, beyond that by filters. */
interface Wanted {
  readonly words: string
  readonly holds: (line: LogLine) => boolean
  readonly filters: QueryValues
}

/** The keys of the list. Escape closes the line that is open, or else ends a search that runs. */
export function useLineKeys(options: LineKeysOptions): readonly Key[] {
  const latest = useRef(options)
  useEffect(() => {
    latest.current = options
  })
  useEscape(latest)
  return useMemo(() => keysOf(latest), [])
}

function keysOf(latest: RefObject<LineKeysOptions>): Key[] {
  const error = (): Wanted => ({
    words: 'error',
    holds: ({ level }) => level === 'ERROR',
    filters: { ...latest.current.filters, level: 'ERROR' },
  })
  const hit = (): Wanted => ({
    words: 'hit',
    holds: (line) => isHit(line, latest.current),
    filters: latest.current.filters,
  })
  const any = (): Wanted => ({ words: 'line', holds: () => true, filters: latest.current.filters })
  const key = (keys: string, words: string, run: () => void, repeats = false): Key => ({
    keys,
    words,
    run,
    repeats,
  })
  const to = (wanted: () => Wanted, side: Side) => (): void => {
    void goTo(latest.current, wanted(), side)
  }
  return [
    key('e', 'Next error', to(error, 'newer'), true),
    key('E', 'Error before', to(error, 'older'), true),
    key('n', 'Next hit', to(hit, 'newer'), true),
    key('N', 'Hit before', to(hit, 'older'), true),
    key('j', 'Next line; Enter opens it', to(any, 'newer'), true),
    key('k', 'Line before', to(any, 'older'), true),
    key('p', 'Follow what is written; pause and go on', () => {
      latest.current.pause()
    }),
    key('w', 'Wrap lines', () => {
      latest.current.wrap()
    }),
  ]
}

function isHit(line: LogLine, { filters, marker }: LineKeysOptions): boolean {
  if (filters['text'] === undefined && filters['regex'] === undefined) return true
  return [line.message, line.event, ...Object.values(line.fields)].some(
    (value) => value != null && marker(String(value)).length > 0,
  )
}

async function goTo(options: LineKeysOptions, wanted: Wanted, side: Side): Promise<void> {
  const { view, list, selected, select, onJump } = options
  const { rows } = view
  const here = selected === null ? -1 : rows.indexOf(selected)
  const seen = list.current?.findItemIndex(list.current.scrollOffset) ?? 0
  // Without a place, what is in sight counts: forward from its first line, back from its last.
  const from = here !== -1 ? here : side === 'newer' ? seen - 1 : lastInSight(list.current, rows.length) + 1
  const index = nextIndex(rows, from, side, wanted.holds)
  const row = rows[index]
  if (row !== undefined) {
    select(row, wanted.words === 'line' ? 'nearest' : 'center', index)
    focusLater(row)
    return
  }
  if (view[side].state === 'end') {
    notify(side === 'newer' ? `No ${wanted.words} after this.` : `No ${wanted.words} before this.`)
    return
  }
  await goBeyond(rows, wanted, side, onJump)
}

function lastInSight(list: VListHandle | null, count: number): number {
  return list === null ? count - 1 : list.findItemIndex(list.scrollOffset + list.viewportSize)
}

let looking: AbortController | null = null

async function goBeyond(
  rows: readonly Row[],
  wanted: Wanted,
  side: Side,
  onJump: (name: string) => void,
): Promise<void> {
  looking?.abort()
  const search = new AbortController()
  looking = search
  notify(`Looking for the ${wanted.words} ${side === 'newer' ? 'after' : 'before'} what is loaded…`)
  try {
    const line = await findBeyond(rows, side, wanted.filters, search.signal)
    if (line === null) notify(`No ${wanted.words} ${side === 'newer' ? 'after' : 'before'} this.`)
    else onJump(nameOf(line))
  } catch (error) {
    if (!search.signal.aborted) notify(error instanceof Error ? error.message : 'The search failed.')
  }
}

/** The row comes into the page with the next frame. Whoever has gone to a field meanwhile stays there. */
function focusLater(row: Row): void {
  const before = document.activeElement
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      const { activeElement, body } = document
      if (activeElement !== before && activeElement !== body) return
      document.querySelector<HTMLElement>(`[data-line="${row.id}"]`)?.focus({ preventScroll: true })
    })
  })
}

/** A dialog has it first; it must not be kept from others. */
function useEscape(latest: RefObject<LineKeysOptions>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      if (document.querySelector('dialog:modal') !== null) return
      looking?.abort()
      const { window: lines, view, selected, toggle } = latest.current
      if (selected?.line != null && isOpen(selected.line)) toggle(selected)
      else if (view.older.state === 'loading' || view.newer.state === 'loading') lines.stop()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => {
      looking?.abort()
      window.removeEventListener('keydown', onKeyDown)
    }
  }, [latest])
}

const isOpen = (line: LogLine): boolean => new URLSearchParams(location.search).get('line') === nameOf(line)
