import type { ReactNode } from 'react'
import { inkOf, type ChartLine } from './chart-lines.ts'

/** Lines differ in how they are dashed, too: colour says nothing alone. */
const DASHES = ['', '7 4', '2 3', '10 3 2 3', '14 4', '4 2']
export const dashOf = (index: number): string => DASHES[index % DASHES.length] ?? ''

interface SwatchProps {
  readonly ink: string
  /** How the line is dashed; undefined for an area. */
  readonly dash?: string | undefined
}

export function Swatch({ ink, dash }: SwatchProps): ReactNode {
  return (
    <svg className="swatch" viewBox={dash === undefined ? '0 0 12 12' : '0 0 18 12'} aria-hidden="true">
      {dash === undefined ? (
        <rect width="12" height="12" rx="2" fill={ink} />
      ) : (
        <line x1="0" x2="18" y1="6" y2="6" stroke={ink} strokeWidth="2.5" strokeDasharray={dash} />
      )}
    </svg>
  )
}

interface LegendProps {
  readonly lines: readonly ChartLine[]
  readonly form: 'line' | 'area'
  /** Names of the lines that were switched off. */
  readonly hidden: ReadonlySet<string>
  readonly onChange: (hidden: ReadonlySet<string>) => void
}

/** What the colours mean; each line can be switched off and on. */
export function Legend({ lines, form, hidden, onChange }: LegendProps): ReactNode {
  const toggle = (name: string): void => {
    const changed = new Set(hidden)
    if (!changed.delete(name)) changed.add(name)
    onChange(changed)
  }
  return (
    <ul className="legend" aria-label="What is shown">
      {lines.map((line, index) => (
        <li key={line.name}>
          <button
            type="button"
            aria-pressed={!hidden.has(line.name)}
            onClick={() => {
              toggle(line.name)
            }}
          >
            <Swatch ink={inkOf(line, index)} dash={form === 'line' ? dashOf(index) : undefined} />
            {line.name}
          </button>
        </li>
      ))}
    </ul>
  )
}
