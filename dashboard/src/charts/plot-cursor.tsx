import { useId, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { Swatch } from './legend.tsx'
import { bucketAt, markedOf, movedBy, type Pointing } from './plot-moves.ts'
import type { PlotPlace } from './plot-place.ts'

/** A value under the pointer. */
export interface Reading {
  readonly name: string
  readonly text: string
  readonly ink: string
  readonly dash?: string | undefined
  /** Where it lies, for a dot on it; null for none. */
  readonly value: number | null
}

interface PlotCursorProps {
  readonly title: string
  readonly place: PlotPlace
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly timeText: (index: number) => string
  readonly readings: (index: number) => readonly Reading[]
  readonly onSelect?: ((from_ms: number, until_ms: number) => void) | undefined
}

/** What is under the pointer or at the place that the arrow keys lead to, and marking a piece of the time. */
export function PlotCursor(props: PlotCursorProps): ReactNode {
  const { title, place, starts, ends, timeText, readings, onSelect } = props
  const hint = useId()
  const [pointing, setPointing] = useState<Pointing | null>(null)
  const drags = useRef(false)
  const last = starts.length - 1
  // The time may have moved on since, and with it the number of buckets.
  const index = pointing === null ? null : Math.min(pointing.index, last)

  const select = (chosen: Pointing): void => {
    const [first, final] = markedOf(chosen)
    const from_ms = starts[first]
    const until_ms = ends[final]
    if (from_ms !== undefined && until_ms !== undefined) onSelect?.(from_ms, until_ms)
    setPointing(null)
  }
  const pointedAt = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect()
    const part = (event.clientX - box.left - place.left) / (place.right - place.left)
    const [from_ms = 0] = starts
    return bucketAt(ends, from_ms + part * ((ends.at(-1) ?? 0) - from_ms))
  }
  const move = (event: PointerEvent<HTMLElement>): void => {
    const at = pointedAt(event)
    setPointing((known) => ({ index: at, marked_from: drags.current ? (known?.marked_from ?? at) : null }))
  }
  const down = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return
    const at = pointedAt(event)
    // A finger first sees what is there; a second touch of the same chooses it.
    drags.current = onSelect !== undefined && (event.pointerType === 'mouse' || at === index)
    if (drags.current) event.currentTarget.setPointerCapture(event.pointerId)
    setPointing({ index: at, marked_from: drags.current ? at : null })
  }
  const up = (event: PointerEvent<HTMLElement>): void => {
    if (!drags.current) return
    drags.current = false
    select({ index: pointedAt(event), marked_from: pointing?.marked_from ?? null })
  }
  const leave = (event: PointerEvent): void => {
    // A finger leaves with each touch; what it pointed at stays until it points elsewhere.
    if (!drags.current && event.pointerType === 'mouse') setPointing(null)
  }
  const cancel = (): void => {
    drags.current = false
    setPointing(null)
  }
  const press = (event: KeyboardEvent): void => {
    const here = pointing ?? { index: last, marked_from: null }
    if (event.key === 'Escape') setPointing(null)
    else if (event.key === 'Enter' && onSelect !== undefined) select(here)
    else if (!event.altKey && !event.ctrlKey && !event.metaKey) {
      const moved = movedBy(event.key, event.shiftKey && onSelect !== undefined, here, starts.length)
      if (moved === null) return
      event.preventDefault()
      setPointing(moved)
    }
  }
  const words = wordsOf(index ?? last, pointing, timeText, readings)
  return (
    <div
      className={onSelect === undefined ? 'plot-cursor' : 'plot-cursor plot-marks'}
      role="slider"
      tabIndex={0}
      aria-label={`Values of ${title}`}
      aria-describedby={onSelect === undefined ? undefined : hint}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={index ?? last}
      aria-valuetext={words}
      onPointerMove={move}
      onPointerDown={down}
      onPointerUp={up}
      onPointerLeave={leave}
      onPointerCancel={cancel}
      onKeyDown={press}
      onBlur={cancel}
    >
      {onSelect === undefined ? null : (
        <span id={hint} className="visually-hidden">
          Enter opens this piece of time. Shift with an arrow key marks a longer one.
        </span>
      )}
      {pointing === null || index === null ? null : (
        <Pointed {...props} index={index} marked={markedOf({ ...pointing, index })} />
      )}
    </div>
  )
}

function wordsOf(
  index: number,
  pointing: Pointing | null,
  timeText: (index: number) => string,
  readings: (index: number) => readonly Reading[],
): string {
  const [first, final] = markedOf(pointing ?? { index, marked_from: null })
  const time = first === final ? timeText(index) : `Marked from ${timeText(first)} to ${timeText(final)}`
  const values = readings(index).map(({ name, text }) => `${name} ${text}`)
  return `${time}: ${values.length === 0 ? 'nothing' : values.join(', ')}`
}

/** Pixels: the values and half of the chart. */
const WIDE_ENOUGH = 520

interface PointedProps extends PlotCursorProps {
  readonly index: number
  readonly marked: readonly [number, number]
}

function Pointed({ place, starts, ends, timeText, readings, index, marked }: PointedProps): ReactNode {
  const from = place.x(starts[marked[0]] ?? 0)
  const until = place.x(ends[marked[1]] ?? 0)
  const x = (place.x(starts[index] ?? 0) + place.x(ends[index] ?? 0)) / 2
  const values = readings(index)
  // It never hides what it tells of; where there is no room beside, it stands above.
  const narrow = place.width < WIDE_ENOUGH
  const beside = x > place.width / 2 ? { right: place.width - x + 14 } : { left: x + 14 }
  const [first, final] = marked
  return (
    <>
      <svg viewBox={`0 0 ${place.width} ${place.height}`} aria-hidden="true">
        <rect
          className="plot-marked"
          x={from}
          width={Math.max(1, until - from)}
          y={place.top}
          height={place.bottom - place.top}
        />
        {values.map(({ name, ink, value }) =>
          value === null ? null : <circle key={name} cx={x} cy={place.y(value)} r="4" fill={ink} />,
        )}
      </svg>
      <div
        className={narrow ? 'plot-values plot-values-above' : 'plot-values'}
        {...(narrow ? {} : { style: beside })}
        aria-hidden="true"
      >
        <p>{first === final ? timeText(index) : `${timeText(first)} – ${timeText(final)}`}</p>
        {values.length === 0 ? <p>nothing</p> : null}
        <dl>
          {values.map(({ name, text, ink, dash }) => (
            <div key={name}>
              <dt>
                <Swatch ink={ink} dash={dash} />
                {name}
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </div>
    </>
  )
}
