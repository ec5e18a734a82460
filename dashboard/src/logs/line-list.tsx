import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { areOfSeveralMachines, nameOf, type LogLine } from './log-line.ts'
import { LineText } from './line-text.tsx'

interface LineListProps {
  readonly lines: readonly LogLine[]
  /** The number of the line that all this is about; by default none is. */
  readonly here?: number
}

/** A few lines in their order, each a link to where it stands among the others. For many there is the page of logs. */
export function LineList({ lines, here }: LineListProps): ReactNode {
  return (
    <ul className={`log-lines${areOfSeveralMachines(lines) ? ' of-machines' : ''}`} aria-label="Log lines">
      {lines.map((line, index) => (
        // Of one that the earlier system wrote, there may be copies.
        <li
          key={`${nameOf(line)} ${index}`}
          className={`log-line log-line-is-${line.level ?? 'none'}`}
          aria-current={index === here ? true : undefined}
        >
          <LineText line={line} />
          {line.timestamp === null ? null : (
            <Link
              className="line-link"
              href={`/logs?line=${encodeURIComponent(nameOf(line))}`}
              aria-label="Open this line among the logs"
            >
              →
            </Link>
          )}
        </li>
      ))}
    </ul>
  )
}
