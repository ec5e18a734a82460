import { useLayoutEffect, useRef, useState, type RefObject } from 'react'

/** The width of an element in pixels, also when it changes; something likely before it is known. */
export function useWidth(): { readonly element: RefObject<HTMLDivElement | null>; readonly width: number } {
  const element = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(640)
  useLayoutEffect(() => {
    const { current } = element
    if (current === null) return
    const measure = (): void => {
      const measured = current.getBoundingClientRect().width
      // Hidden for a moment, as while a picture is taken: it will be as wide as it was.
      if (measured > 0) setWidth(Math.max(160, Math.round(measured)))
    }
    // Before anything is painted: nothing jumps.
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(current)
    return () => {
      observer.disconnect()
    }
  }, [])
  return { element, width }
}
