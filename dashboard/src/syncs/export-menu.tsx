import type { ReactNode } from 'react'
import { addressOf, type QueryValues } from '../data/api-client.ts'
import { countText } from '../parts/number-text.ts'
import { Menu } from '../parts/menu.tsx'

const FORMATS = [
  { format: 'csv', words: 'CSV', use: 'for spreadsheets' },
  { format: 'json', words: 'JSON', use: 'one document' },
  { format: 'ndjson', words: 'NDJSON', use: 'one sync in each line' },
] as const

interface ExportMenuProps {
  readonly filters: QueryValues
  /** How many the list has; null when nobody knows. */
  readonly count: number | null
}

/** The whole list as a file, not only what is shown of it. */
export function ExportMenu({ filters, count }: ExportMenuProps): ReactNode {
  return (
    <Menu name="Export">
      {(close) => (
        <>
          <p className="hint">{countWords(count)}</p>
          <ul>
            {FORMATS.map(({ format, words, use }) => (
              <li key={format}>
                <a href={addressOf('/syncs/export', { ...filters, format })} download onClick={close}>
                  {words} <span>{use}</span>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </Menu>
  )
}

function countWords(count: number | null): string {
  if (count === null) return 'All syncs that fit, also those not shown yet.'
  return count === 1 ? 'The one sync that fits.' : `All ${countText(count)} syncs that fit.`
}
