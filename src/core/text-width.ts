const SEGMENTER = new Intl.Segmenter()

/** East Asian wide and full-width signs, and emoji: two columns on a terminal. */
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u
/** One column each, and no two of them are one sign: most texts are measured by this. */
const SIMPLE = /^[\u0020-\u007e\u2013\u2026\u2500-\u259f]*$/
const INVISIBLE = /^\p{Default_Ignorable_Code_Point}*$/u

/** Columns that a printable text takes on a terminal. */
export function textWidth(text: string): number {
  if (SIMPLE.test(text)) return text.length
  let width = 0
  for (const { segment } of SEGMENTER.segment(text)) width += signWidth(segment)
  return width
}

/** The text cut to so many columns, never inside a sign, and ending in … when something is missing. */
export function cutText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  let cut = ''
  let width = 1
  for (const { segment } of SEGMENTER.segment(text)) {
    width += signWidth(segment)
    if (width > columns) break
    cut += segment
  }
  return `${cut}…`
}

/** Filled up with spaces to so many columns. */
export function padText(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)))
}

function signWidth(segment: string): number {
  if (INVISIBLE.test(segment)) return 0
  return WIDE.test(segment) ? 2 : 1
}
