import { useEffect, useRef, type ReactNode } from 'react'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { countText } from './number-text.ts'

interface MoreRowsProps {
  readonly list: Pick<
    UseInfiniteQueryResult,
    'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage' | 'isFetchNextPageError'
  >
  readonly shown: number
}

/** The end of what is shown. The button keeps the focus while rows come before it. */
export function MoreRows({ list, shown }: MoreRowsProps): ReactNode {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const end = useRef<HTMLParagraphElement>(null)
  const had_focus = useRef(false)
  useEffect(() => {
    // The button has gone with the last page, and its focus with it.
    const lost = had_focus.current && document.activeElement === document.body
    if (!hasNextPage && lost) end.current?.focus({ preventScroll: true })
    had_focus.current = false
  }, [hasNextPage])
  if (!hasNextPage) {
    return shown === 0 ? null : (
      <p className="more" tabIndex={-1} ref={end}>
        These are all.
      </p>
    )
  }
  return (
    <p className="more">
      <button
        type="button"
        // Not disabled: it would lose the focus.
        aria-disabled={isFetchingNextPage}
        onClick={() => {
          had_focus.current = true
          if (!isFetchingNextPage) void fetchNextPage()
        }}
      >
        {isFetchingNextPage ? 'Loading…' : 'Show more'}
      </button>
      <span aria-hidden="true">{countText(shown)} so far</span>
    </p>
  )
}

/** How many rows there are: `25 shown, and there are more`. @param known whether these are all */
export const countWords = (count: number, known: boolean): string =>
  `${countText(count)} shown${known ? '' : ', and there are more'}`
