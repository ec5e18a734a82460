import { useQuery } from '@tanstack/react-query'
import { useId, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
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
        {({ before, after }) => (
          <ScrolledToHere key={String(is_all)}>
            <LineList lines={[...before, line, ...after]} here={before.length} />
          </ScrolledToHere>
        )}
      </Asked>
    </section>
  )
}

/** The line itself is what one looks from. */
function ScrolledToHere({ children }: { readonly children: ReactNode }): ReactNode {
  const frame = useRef<HTMLDivElement | null>(null)
  useLayoutEffect(() => {
    const here = frame.current?.querySelector('[aria-current]')
    if (frame.current === null || here == null) return
    const { top, height } = frame.current.getBoundingClientRect()
    frame.current.scrollTop += here.getBoundingClientRect().top - top - height / 2
  }, [])
  return (
    <div ref={frame} className="tall" role="group" aria-label="Lines before and after" tabIndex={0}>
      {children}
    </div>
  )
}
