import { useEffect, useRef, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { usePageTitle } from '../parts/page-title.ts'
import { placeName } from './places.ts'
import { restoreScroll } from './scroll-places.ts'

/**
 * What a browser does when a page is loaded, for pages that come without loading: the title, the place to which the page
 * was scrolled when one goes back, and the focus, by which screen readers know that it is another page. Stands before the
 * page, which may then call itself otherwise.
 */
export function Arrival(): ReactNode {
  const [path] = useLocation()
  const shown = useRef(path)
  usePageTitle(placeName(path) ?? 'No such page')
  useEffect(() => {
    // At first the browser does it.
    if (shown.current === path) return
    shown.current = path
    const target = document.querySelector<HTMLElement>('main h1') ?? document.querySelector('main')
    if (target === null) return
    target.tabIndex = -1
    target.focus({ preventScroll: true })
    restoreScroll()
  }, [path])
  return null
}
