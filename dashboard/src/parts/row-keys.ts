import type { Key } from './keys.ts'

/** What pages mark as rows; without any, the rows of tables that lead somewhere. */
const MARKED = 'main [data-row]'
const OF_TABLES = 'main tbody tr:has(th a[href])'
const REACHED = 'a[href], button:not(:disabled), [tabindex="0"]'

/**
 * `j` and `k` move the focus through the rows of the page, and Enter then opens what has it, as it always does. A row is
 * what has the attribute `data-row`; it takes the focus itself or has a link or button that does.
 */
export const ROW_KEYS: readonly Key[] = [
  {
    keys: 'j',
    words: 'Next row; Enter opens it',
    repeats: true,
    run: () => {
      goByRows(1)
    },
  },
  {
    keys: 'k',
    words: 'Row before',
    repeats: true,
    run: () => {
      goByRows(-1)
    },
  },
]

function goByRows(by: 1 | -1): void {
  const rows = shownRows()
  const here = rows.findIndex((row) => row.contains(document.activeElement))
  const next = here === -1 ? (by === 1 ? 0 : rows.length - 1) : here + by
  const row = rows[next]
  if (row === undefined) return
  const target = row.matches(REACHED) ? row : row.querySelector<HTMLElement>(REACHED)
  target?.focus({ preventScroll: true })
  row.scrollIntoView({ block: 'nearest' })
}

function shownRows(): HTMLElement[] {
  const marked = document.querySelectorAll<HTMLElement>(MARKED)
  const rows = marked.length > 0 ? marked : document.querySelectorAll<HTMLElement>(OF_TABLES)
  return [...rows].filter((row) => row.checkVisibility())
}
