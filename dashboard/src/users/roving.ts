import { useRef, useState, type KeyboardEvent } from 'react'
import { placeAfter, type ArrowSteps } from './roving-steps.ts'

interface RovingProps {
  readonly tabIndex: 0 | -1
  readonly onFocus: () => void
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
  readonly ref: (element: HTMLElement | null) => void
}

/** Many links with one stop of the tab key among them, at first the last; arrow keys go from one to the next. */
export function useRoving(count: number, steps: ArrowSteps): (index: number) => RovingProps {
  const elements = useRef(new Map<number, HTMLElement>())
  const [chosen, setChosen] = useState<number | null>(null)
  const stop = chosen === null || chosen >= count ? count - 1 : chosen
  return (index) => ({
    tabIndex: index === stop ? 0 : -1,
    onFocus: () => {
      setChosen(index)
    },
    onKeyDown: (event) => {
      const to = placeAfter(event.key, index, count, steps)
      if (to === null || event.altKey || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      elements.current.get(to)?.focus()
    },
    ref: (element) => {
      if (element === null) elements.current.delete(index)
      else elements.current.set(index, element)
    },
  })
}
