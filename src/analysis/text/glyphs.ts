const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']
const LEVELS = '▁▂▃▄▅▆▇█'
const ASCII_LEVELS = '_.:-=+*#'

/** A bar of at most `columns`; whatever is more than nothing shows. */
export function bar(share: number, columns: number, unicode: boolean): string {
  if (columns < 1) return ''
  const length = Math.min(1, Math.max(0, share)) * columns
  if (!unicode) return '#'.repeat(share > 0 ? Math.max(1, Math.round(length)) : 0)
  const eighths = share > 0 ? Math.max(1, Math.round(length * 8)) : 0
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')
}

/** One sign per value, from nothing (a space) to the largest value. */
export function sparkline(values: readonly number[], unicode: boolean): string {
  const levels = unicode ? LEVELS : ASCII_LEVELS
  const largest = Math.max(...values, 0)
  return values
    .map((value) => (value <= 0 ? ' ' : (levels[Math.ceil((value / largest) * levels.length) - 1] ?? '')))
    .join('')
}

/** What our own words use beyond ASCII, in signs of the same width. */
const IN_ASCII: Readonly<Record<string, string>> = {
  '–': '-',
  '─': '-',
  '·': '|',
  '…': '~',
  '×': 'x',
  '↑': '^',
  '↓': 'v',
  '✔': '+',
  '✘': 'x',
}

/** For a terminal that shows nothing else: any other sign is a question mark. */
export function inAscii(text: string): string {
  return text.replaceAll(/[^\u0020-\u007e]/gu, (sign) => IN_ASCII[sign] ?? '?')
}
