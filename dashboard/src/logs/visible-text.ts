/** A piece of a text of data as it is shown. */
export interface TextPiece {
  /** `control`: stands for one that would show nothing, or change how what is around it reads. */
  readonly kind: 'plain' | 'control'
  readonly text: string
  /** Whether it is part of what was looked for. */
  readonly is_marked: boolean
}

/** From a unit of the text to before another. */
export type Mark = readonly [start: number, end: number]

/** Controls, format characters (directions, zero widths), lone halves of pairs and the line ends of Unicode. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/gu
const DELETE = 0x7f

/** The picture of a control of ASCII, the number of any other: `␛`, `U+202E`. */
function shownControl(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === DELETE) return '␡'
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

/** All of a text, with what cannot be seen made visible. Marks are in order and do not overlap. */
export function piecesOf(text: string, marks: readonly Mark[] = []): TextPiece[] {
  const pieces: TextPiece[] = []
  let at = 0
  for (const [start, end] of marks) {
    addPieces(pieces, text.slice(at, start), false)
    addPieces(pieces, text.slice(start, end), true)
    at = end
  }
  addPieces(pieces, text.slice(at), false)
  return pieces
}

function addPieces(pieces: TextPiece[], text: string, is_marked: boolean): void {
  let at = 0
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (index > at) pieces.push({ kind: 'plain', text: text.slice(at, index), is_marked })
    pieces.push({ kind: 'control', text: shownControl(character), is_marked })
    at = index + character.length
  }
  if (at < text.length) pieces.push({ kind: 'plain', text: text.slice(at), is_marked })
}

/** The beginning of a text that is too long to be shown as a whole; never half of a pair. */
export function headOf(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
