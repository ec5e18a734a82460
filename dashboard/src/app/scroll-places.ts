/** When a page has not changed its height for so long, it is what it was, milliseconds. */
const SETTLED_AFTER_MS = 2500

const KEPT = 'canvas-sync-scroll'

const places = new Map<string, number>()
/** Where one has just gone back to. */
let back: { readonly href: string; readonly place: number } | null = null
/** Where the page is held until it has settled. */
let held: { readonly place: number; readonly letGo: () => void } | null = null

/** From now on it is known how far each page was scrolled. */
export function keepScrollPlaces(): void {
  history.scrollRestoration = 'manual'
  addEventListener('popstate', () => {
    back = { href: location.href, place: places.get(location.href) ?? 0 }
  })
  addEventListener(
    'scroll',
    () => {
      if (held === null) places.set(location.href, scrollY)
    },
    { passive: true },
  )
  // Also where a page was before it was loaded again.
  const kept = sessionStorage.getItem(KEPT)
  addEventListener('pagehide', () => {
    sessionStorage.setItem(KEPT, JSON.stringify({ href: location.href, place: held?.place ?? scrollY }))
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
  held?.letGo()
  const hold = (): void => {
    if (scrollY !== place) window.scrollTo({ top: place, behavior: 'instant' })
  }
  hold()
  if (place === 0) return
  const grows = new ResizeObserver(() => {
    hold()
    clearTimeout(timer)
    timer = setTimeout(stop, SETTLED_AFTER_MS)
  })
  const stop = (): void => {
    grows.disconnect()
    clearTimeout(timer)
    removeEventListener('scroll', hold)
    for (const sign of SIGNS_OF_A_PERSON) removeEventListener(sign, stop)
    held = null
    places.set(location.href, scrollY)
  }
  let timer = setTimeout(stop, SETTLED_AFTER_MS)
  for (const sign of SIGNS_OF_A_PERSON) addEventListener(sign, stop, { passive: true })
  addEventListener('scroll', hold, { passive: true })
  held = { place, letGo: stop }
  grows.observe(document.body)
}

const SIGNS_OF_A_PERSON = ['wheel', 'keydown', 'pointerdown', 'touchstart'] as const
