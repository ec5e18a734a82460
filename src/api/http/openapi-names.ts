import { BASE } from './base-path.ts'
import type { Route } from './route.ts'

/** Where the first word of a path is not the noun that it is about. */
const NOUNS: Readonly<Record<string, string>> = {
  sync: 'syncs',
  recent: 'syncs',
  failed: 'syncs',
  user: 'users',
  summary: 'figures',
  performance: 'figures',
  series: 'figures',
  health: 'health',
  livez: 'health',
  readyz: 'health',
  token: 'tokens',
  session: 'sessions',
  ping: 'pings',
  // The address of Sentry's.
  api: 'pings',
  'openapi.json': 'description',
  docs: 'description',
}

/** What begins so at the root is no page of the dashboard. */
const AT_ROOT: ReadonlySet<string | undefined> = new Set([
  'livez',
  'readyz',
  'ping',
  'api',
  'openapi.json',
  'docs',
  'clients',
])

function wordsOf(path: string): string[] {
  const within = path.startsWith(`${BASE}/`)
  const words = (within ? path.slice(BASE.length) : path).split('/').filter((word) => word !== '')
  return within || AT_ROOT.has(words[0]) ? words : ['dashboard', ...words]
}

/** The noun that a route is about; routes are listed by it. */
export function nounOf({ path }: Pick<Route, 'path'>): string {
  const [first = 'description'] = wordsOf(path)
  return NOUNS[first] ?? first
}

/** `GET /sync/{id}/courses` is `getSyncCoursesById`. Never changes while the path does not: clients are made from it. */
export function operationId({ method, path }: Pick<Route, 'method' | 'path'>): string {
  const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
  const camel = (word: string): string => word.split(/\W|_/).map(capitalised).join('')
  const words = wordsOf(path)
  const fixed = words.filter((word) => !word.startsWith('{')).map(camel)
  const given = words.filter((word) => word.startsWith('{')).map((word) => camel(word.slice(1, -1)))
  return `${method.toLowerCase()}${fixed.join('')}${given.length === 0 ? '' : `By${given.join('And')}`}`
}
