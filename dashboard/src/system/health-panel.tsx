import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SystemInfo } from '../../../src/api/system/system-schemas.ts'
import type { CleanupStatus } from '../../../src/logs/cleanup/log-directory.ts'
import type { QueueStatus } from '../../../src/queue/queue-status.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import type { SignShape } from '../parts/mark.ts'
import { Sign } from '../parts/sign.tsx'
import { healthParts, type HealthPart, type PartState } from './health-parts.ts'

interface HealthPanelProps {
  readonly query: UseQueryResult<SystemInfo>
  readonly logs: CleanupStatus | undefined
  readonly queue: QueueStatus | undefined
}

/** Each part with what to do when it is not well. */
export function HealthPanel({ query, logs, queue }: HealthPanelProps): ReactNode {
  return (
    <Panel title="Health">
      <div className="health-room">
        <Asked query={query}>
          {(system) => (
            <ul className="health">
              {healthParts(system, logs, query.dataUpdatedAt, queue).map((part) => (
                <Part key={part.name} part={part} />
              ))}
            </ul>
          )}
        </Asked>
      </div>
    </Panel>
  )
}

/** Shape and word say what the colour says. */
const MARKS: Readonly<Record<PartState, { readonly shape: SignShape; readonly words: string }>> = {
  well: { shape: 'check', words: 'Well' },
  look: { shape: 'exclamation', words: 'Look at it' },
  bad: { shape: 'cross', words: 'Not well' },
  off: { shape: 'barred', words: 'Off' },
}

function Part({ part: { name, state, words, command } }: { readonly part: HealthPart }): ReactNode {
  const mark = MARKS[state]
  return (
    <li>
      <span className="health-name">{name}</span>
      <span className={`status part-${state}`}>
        <Sign shape={mark.shape} /> {mark.words}
      </span>
      <p>
        {words} {command === null ? null : <code>{command}</code>}
      </p>
    </li>
  )
}
