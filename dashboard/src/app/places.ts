/** A page that can be gone to from anywhere. */
export interface Place {
  readonly path: string
  readonly name: string
  /** The addresses of the page and of what belongs to it, as wouter writes them. */
  readonly within: string | RegExp
  /** Pages beside it that have no letter of their own. */
  readonly beside?: readonly { readonly path: string; readonly name: string }[]
  /** After `g`, it leads there. */
  readonly letter: string
}

export const PLACES: readonly Place[] = [
  { path: '/', name: 'Overview', within: '/', letter: 'o' },
  { path: '/syncs', name: 'Syncs', within: '/syncs/*?', letter: 's' },
  { path: '/errors', name: 'Errors', within: '/errors/*?', letter: 'e' },
  {
    path: '/incidents',
    name: 'Alerts',
    within: /^\/(?:incidents(?:\/.*)?|schedules|notifications)\/?$/,
    beside: [
      { path: '/schedules', name: 'Schedules' },
      { path: '/notifications', name: 'Notifications' },
    ],
    letter: 'a',
  },
  { path: '/performance', name: 'Performance', within: '/performance', letter: 'p' },
  { path: '/logs', name: 'Logs', within: '/logs', letter: 'l' },
  { path: '/users', name: 'Users', within: '/users/*?', letter: 'u' },
  { path: '/reports', name: 'Reports', within: '/reports', letter: 'r' },
  { path: '/system', name: 'System', within: '/system', letter: 'y' },
]

/** The name of the page at a path; null where there is none. */
export function placeName(path: string): string | null {
  const all = PLACES.flatMap((place) => [place, ...(place.beside ?? [])])
  const at = all.find((place) => place.path === path)
  if (at !== undefined) return at.name
  return PLACES.find((place) => place.path !== '/' && path.startsWith(`${place.path}/`))?.name ?? null
}
