const BASE_PATH = /^(?:\/[\w.~-]+)*$/

/**
 * The part of an address below which everything is: `/monitor` of `/monitor/`; empty for the root, `/`. Null for what is
 * none: it stands in pages and headers as it is, so nothing in it may need quotes or percent signs.
 */
export function readBasePath(text: string): string | null {
  const path = text.trim().replace(/\/+$/, '')
  if (!BASE_PATH.test(path)) return null
  return path.split('/').some((part) => part === '.' || part === '..') ? null : path
}

/** The rest of a path that is at or below the base path: `/syncs` of `/monitor/syncs`; null for one outside. */
export function pathBelow(base_path: string, path: string): string | null {
  if (!path.startsWith(base_path)) return null
  const rest = path.slice(base_path.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : null
}

/** Whether a page or route is at this path or below it, so that nobody could tell which of the two is meant. */
export function isTakenBy(base_path: string, routes: readonly string[]): boolean {
  const given = base_path.split('/')
  const isSame = (part: string, there: string | undefined): boolean =>
    there === part || there?.startsWith('{') === true
  return (
    base_path !== '' &&
    routes.some((route) => {
      const parts = route.split('/')
      return given.every((part, index) => isSame(part, parts[index]))
    })
  )
}
