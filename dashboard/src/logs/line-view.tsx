import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react'
import { VList, type VListHandle } from 'virtua'
import { FramesSince } from './frames-since.ts'
import { LineRow } from './line-row.tsx'
import type { Row } from './line-rows.ts'
import { areOfSeveralMachines, nameOf } from './log-line.ts'
import type { LineWindow } from './line-window.ts'
import type { WindowView } from './window-view.ts'
import type { Marker } from './marker.ts'

/** More is loaded when the reader is so near to an end, pixels. */
const NEAR_PX = 1600
/** So far from the end still counts as at the end. */
const AT_END_PX = 48
/** So long after a change the list may still move by itself, because its lines are of another height than it took them for. */
const MOVES_FRAMES = 30
/** Of a line that does not wrap, at the usual size of text. */
const LINE_PX = 28

interface LineViewProps {
  readonly window: LineWindow
  readonly view: WindowView
  readonly list: RefObject<VListHandle | null>
  readonly marker: Marker
  readonly selected: Row | null
  /** The name of the line that is open. */
  readonly opened: string | null
  readonly wraps: boolean
  /** Whether it stays at the newest line while others come. */
  readonly sticks: boolean
  readonly onStick: (sticks: boolean) => void
  readonly onToggle: (row: Row) => void
}

/** All lines that are there, of which only those in sight are in the page. */
export function LineView(props: LineViewProps): ReactNode {
  const { window, view, list, marker, selected, opened, wraps, sticks, onStick, onToggle } = props
  const { rows, changed } = view
  const of_machines = useMemo(() => areOfSeveralMachines(rows.values().map(({ line }) => line)), [rows])
  const last_offset = useRef(0)
  const frame = useRef<HTMLDivElement | null>(null)

  const [moved] = useState(() => new FramesSince())
  const [touched] = useState(() => new FramesSince())
  /** How high all lines were when it was last at the end. */
  const stuck_px = useRef(0)

  // Not by the list's own means: those go on for a while, against somebody who scrolls away meanwhile.
  const stick = (): void => {
    const scrolled = frame.current?.firstElementChild
    if (!sticks || scrolled == null) return
    scrolled.scrollTop = scrolled.scrollHeight
    stuck_px.current = scrolled.scrollHeight
    last_offset.current = scrolled.scrollTop
  }
  const keepAtEnd = (): void => {
    moved.restart()
    stick()
  }
  const touch = (): void => {
    touched.restart()
  }
  // oxlint-disable-next-line react/exhaustive-deps -- when there are other rows, or they are of another height
  useLayoutEffect(keepAtEnd, [sticks, rows, wraps])

  // The list learns how high lines are when they are in the page, and grows under the reader without a scroll.
  const latest_stick = useRef(stick)
  useLayoutEffect(() => {
    latest_stick.current = stick
  })
  useEffect(() => {
    const content = frame.current?.firstElementChild?.firstElementChild
    if (content == null) return
    const observer = new ResizeObserver(() => {
      latest_stick.current()
    })
    observer.observe(content)
    return () => {
      observer.disconnect()
    }
  }, [])

  const loadNear = (offset: number): void => {
    const { scrollSize = 0, viewportSize = 0 } = list.current ?? {}
    if (offset < NEAR_PX && view.older.state === 'more') void window.load('older')
    if (scrollSize - viewportSize - offset < NEAR_PX && view.newer.state === 'more') void window.load('newer')
  }
  /** Whether somebody scrolls up, and not the list by itself. Programs that read aloud scroll without a touch. */
  const isReaders = (goes_up: boolean, height_px: number): boolean =>
    goes_up &&
    (touched.count <= MOVES_FRAMES || (moved.count > MOVES_FRAMES && height_px === stuck_px.current))
  // As the browser has it: the list tells nothing of a move to where it took itself to be, and knows another height of the
  // window only later.
  const onScroll = (): void => {
    const scrolled = frame.current?.firstElementChild
    if (scrolled == null) return
    const { scrollHeight, clientHeight, scrollTop: offset } = scrolled
    const is_at_end = scrollHeight - clientHeight - offset < AT_END_PX
    const goes_up = offset < last_offset.current - 2
    last_offset.current = offset
    if (is_at_end && !sticks && view.newer.state === 'end') onStick(true)
    else if (!is_at_end && sticks) {
      if (!isReaders(goes_up, scrollHeight)) {
        stick()
        return
      }
      onStick(false)
    }
    if (!sticks || goes_up) loadNear(offset)
  }
  // Too few lines to scroll: nobody could come near an end.
  useEffect(() => {
    const { scrollSize = 0, viewportSize = 0 } = list.current ?? {}
    if (rows.length > 0 && scrollSize <= viewportSize) loadNear(0)
  })

  return (
    <div
      ref={frame}
      className={`log-view${wraps ? ' log-view-wraps' : ''}${of_machines ? ' of-machines' : ''}`}
      onWheel={touch}
      onTouchMove={touch}
      onPointerDown={touch}
      onKeyDown={touch}
      onScrollCapture={onScroll}
    >
      <VList
        ref={list}
        role="feed"
        aria-label="Log lines"
        aria-busy={view.older.state === 'loading' || view.newer.state === 'loading'}
        data={rows}
        shift={changed === 'older'}
        itemSize={LINE_PX}
        onResize={keepAtEnd}
      >
        {(row: Row, index: number) => (
          <LineRow
            key={row.id}
            row={row}
            place={index + 1}
            is_selected={row === selected}
            is_open={opened !== null && row.line !== null && isNamed(row, opened)}
            marker={marker}
            onToggle={onToggle}
          />
        )}
      </VList>
    </div>
  )
}

function isNamed({ line }: Row, name: string): boolean {
  return line !== null && name.startsWith(line.timestamp ?? '') && nameOf(line) === name
}
