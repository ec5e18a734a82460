import { useQuery } from '@tanstack/react-query'
import { useId, useState, type ReactNode } from 'react'
import { Asked } from '../parts/panel.tsx'
import { LineList } from './line-list.tsx'
import { linesAroundQuery } from './log-queries.ts'
import type { LogLine } from './log-line.ts'

/** What was written just before a line and just after it, filters or not. */
export function LinesAround({ line }: { readonly line: LogLine }): ReactNode {
  const group = useId()
  const [is_all, setAll] = useState(false)
  const around = useQuery({
    ...linesAroundQuery(line, is_all ? null : line.stream),
    staleTime: Infinity,
    refetchInterval: false,
  })
  return (
    <section className="lines-around" aria-label="Lines around it">
      <fieldset className="choice">
        <legend>50 lines on each side</legend>
        {[false, true].map((all) => (
          <label key={String(all)}>
            <input
              type="radio"
              name={group}
              checked={is_all === all}
              onChange={() => {
                setAll(all)
              }}
            />
            {all ? 'of all streams' : `of ${line.stream}`}
          </label>
        ))}
      </fieldset>
      <Asked query={around}>
        {({ before, after }) => <LineList lines={[...before, line, ...after]} here={before.length} />}
      </Asked>
    </section>
  )
}
