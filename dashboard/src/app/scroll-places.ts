/** How long a page may take to become what it was, milliseconds. */
const SETTLES_WITHIN_MS = 2000

const KEPT = 'canvas-sync-scroll'

const places = new Map<string, number>()
/** Where one has just gone back to. */
let back: { readonly href: string; readonly place: number } | null = null
let letGo: (() => void) | null = null

/** From now on it is known how far each page was scrolled. */
export function keepScrollPlaces(): void {
  history.scrollRestoration = 'manual'
  addEventListener('popstate', () => {
    back = { href: location.href, place: places.get(location.href) ?? 0 }
  })
  addEventListener(
    'scroll',
    () => {
      if (letGo === null) places.set(location.href, scrollY)
    },
    { passive: true },
  )
  // Also where a page was before it was loaded again.
  const kept = sessionStorage.getItem(KEPT)
  addEventListener('pagehide', () => {
    sessionStorage.setItem(KEPT, JSON.stringify({ href: location.href, place: scrollY }))
  })
  if (kept === null) return
  const { href, place } = JSON.parse(kept) as { readonly href: string; readonly place: number }
  const [loading] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  if (href === location.href && loading?.type !== 'navigate') scrollTo(place)
}

/** To where the page was when one goes back to it, otherwise to its beginning. */
export function restoreScroll(): void {
  scrollTo(back?.href === location.href ? back.place : 0)
  back = null
}

/** What a page shows comes bit by bit: it is held at its place until it has settled, or somebody scrolls. */
function scrollTo(place: number): void {
  letGo?.()
  const hold = (): void => {
    if (scrollY !== place) window.scrollTo({ top: place, behavior: 'instant' })
  }
  hold()
  if (place === 0) return
  const grows = new ResizeObserver(hold)
  const stop = (): void => {
    grows.disconnect()
    clearTimeout(timer)
    removeEventListener('scroll', hold)
    for (const sign of SIGNS_OF_A_PERSON) removeEventListener(sign, stop)
    letGo = null
    places.set(location.href, scrollY)
  }
  const timer = setTimeout(stop, SETTLES_WITHIN_MS)
  for (const sign of SIGNS_OF_A_PERSON) addEventListener(sign, stop, { passive: true })
  addEventListener('scroll', hold, { passive: true })
  letGo = stop
  grows.observe(document.body)
}

const SIGNS_OF_A_PERSON = ['wheel', 'keydown', 'pointerdown', 'touchstart'] as const
