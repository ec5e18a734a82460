import type { PageLinks } from './pagination.ts'

const LIMIT_BYTES = 6 * 1024
const BY_PRIORITY = ['next', 'last', 'prev', 'current', 'first'] as const
const IN_ORDER = ['current', 'next', 'prev', 'first', 'last'] as const
/** A token in the query is not repeated, so that the next page asked by its link has none. */
const LEFT_OUT = new Set(['page', 'per_page', 'access_token'])

export interface LinkBase {
  readonly origin: string
  readonly path: string
  readonly params: readonly (readonly [string, string])[]
  /** The origin of the next page alone, when it is another one. */
  readonly next_origin?: string
}

export function pageUrl(base: LinkBase, page: string, per_page: number): string {
  const kept = base.params
    .filter(([name]) => !LEFT_OUT.has(name))
    .toSorted(([left], [right]) => (left === right ? 0 : left < right ? -1 : 1))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  return `${base.origin}${base.path}?${[...kept, `page=${page}`, `per_page=${per_page}`].join('&')}`
}

/**
 * One header of at most 6 KB, its entries joined by a bare comma. The first entry that does not fit ends it:
 * under a very long query even `next` is missing, without a word.
 */
export function linkHeader(base: LinkBase, links: PageLinks): string | undefined {
  const entries = new Map<string, string>()
  let bytes = 0
  for (const relation of BY_PRIORITY) {
    const page = links[relation]
    if (page === undefined) continue
    const is_foreign = relation === 'next' && base.next_origin !== undefined
    const origin = is_foreign ? base.next_origin : base.origin
    const entry = `<${pageUrl({ ...base, origin }, page, links.per_page)}>; rel="${relation}"`
    bytes += entry.length + 1
    if (bytes > LIMIT_BYTES) break
    entries.set(relation, entry)
  }
  const ordered = IN_ORDER.flatMap((relation) => entries.get(relation) ?? [])
  return ordered.length === 0 ? undefined : ordered.join(',')
}
