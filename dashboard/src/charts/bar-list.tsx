import type { ReactNode } from 'react'
import { Link } from 'wouter'

export interface BarRow {
  readonly label: string
  /** Of a page of the dashboard that shows more of it. */
  readonly href?: string | undefined
  readonly value: number
  /** The value with its unit. */
  readonly text: string
}

interface BarListProps {
  readonly title: string
  /** In the order in which they are shown. */
  readonly rows: readonly BarRow[]
}

/** What is largest, with its number: a chart that is its own table. */
export function BarList({ title, rows }: BarListProps): ReactNode {
  const highest = Math.max(0, ...rows.map(({ value }) => value)) || 1
  return (
    <ol className="bar-list" aria-label={title}>
      {rows.map(({ label, href, value, text }, index) => (
        // Labels are data and may be there twice.
        <li key={`${index} ${label}`}>
          <span className="bar-label">{href === undefined ? label : <Link href={href}>{label}</Link>}</span>
          <span className="numeric">{text}</span>
          <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect className="bar-ground" width="100" height="6" />
            <rect className="bar-fill" width={(100 * Math.max(0, value)) / highest} height="6" />
          </svg>
        </li>
      ))}
    </ol>
  )
}
