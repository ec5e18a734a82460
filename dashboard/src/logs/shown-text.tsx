import type { ReactNode } from 'react'
import { NO_MARKS, type Marker } from './marker.ts'
import { piecesOf, type TextPiece } from './visible-text.ts'

interface ShownTextProps {
  readonly text: string
  readonly marker?: Marker
}

/** A text of data: nothing but text, whatever stands in it, with what cannot be seen made visible. */
export function ShownText({ text, marker = NO_MARKS }: ShownTextProps): ReactNode {
  // Each piece keeps its place: the text of a line never changes.
  return <bdi>{piecesOf(text, marker(text)).map((piece, index) => shownPiece(piece, index))}</bdi>
}

function shownPiece({ kind, text, is_marked }: TextPiece, index: number): ReactNode {
  const shown =
    kind === 'plain' ? (
      text
    ) : (
      <span key={index} className="control">
        {text}
      </span>
    )
  return is_marked ? <mark key={index}>{shown}</mark> : shown
}
