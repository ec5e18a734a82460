import { memo, type ComponentType, type KeyboardEvent } from 'react'
import type { Row } from './line-rows.ts'
import { LineText } from './line-text.tsx'
import type { Marker } from './marker.ts'
import { OpenedLine } from './opened-line.tsx'

export interface LineRowProps {
  readonly row: Row
  /** From 1. */
  readonly place: number
  readonly is_selected: boolean
  readonly is_open: boolean
  readonly marker: Marker
  readonly onToggle: (row: Row) => void
}

/** A row of the list; opened, it shows all there is to know about its line. */
export const LineRow: ComponentType<LineRowProps> = memo(function LineRow(props: LineRowProps) {
  const { row, place, is_selected, is_open, marker, onToggle } = props
  const { line, gap } = row
  if (line === null) return <p className="log-gap">{gap}</p>
  const toggle = (): void => {
    onToggle(row)
  }
  const onClick = (): void => {
    // Somebody marks a piece of the text to copy it.
    if (getSelection()?.isCollapsed !== false) toggle()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.target !== event.currentTarget || (event.key !== 'Enter' && event.key !== ' ')) return
    event.preventDefault()
    toggle()
  }
  const selected = is_selected ? ' log-line-selected' : ''
  return (
    <article
      className={`log-item log-item-${line.level ?? 'none'}${selected}`}
      aria-posinset={place}
      aria-setsize={-1}
      data-line={row.id}
      tabIndex={is_selected ? 0 : -1}
      onKeyDown={onKeyDown}
    >
      {/* With the keyboard it is the row that opens. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div className={`log-line log-line-is-${line.level ?? 'none'}`} onClick={onClick}>
        <LineText line={line} marker={marker} />
      </div>
      {is_open ? <OpenedLine line={line} marker={marker} onClose={toggle} /> : null}
    </article>
  )
})
