import { MonitorError } from '../core/errors.ts'
import type { Target } from './origin.ts'

/** Canvas's maximum of rows per page; a larger `per_page` is answered with this many. */
const MAX_PER_PAGE = 100

/**
 * Watches one listing for pages that come again and for lists that were cut. Keeps only one number per page
 * and per address, so that a listing of thousands of pages needs little memory and no bookmark is kept.
 */
export class ListingGuard {
  readonly #per_page: number
  readonly #max_pages: number
  readonly #always_linked: boolean
  readonly #addresses = new Set<number>()
  readonly #fingerprints = new Set<number>()

  constructor(
    limits: { readonly per_page: number; readonly max_pages: number; readonly always_linked: boolean },
    first: Target,
  ) {
    this.#per_page = limits.per_page
    this.#max_pages = limits.max_pages
    this.#always_linked = limits.always_linked
    this.#addresses.add(hash(first.origin + first.path))
  }

  /**
   * @param has_links whether the answer said anything about pages at all
   * @throws {MonitorError} `pagination_loop` or `contract`
   */
  check(page: number, items: readonly unknown[], next: Target | null, has_links: boolean): void {
    const full = items.length === this.#per_page || items.length === MAX_PER_PAGE
    // An empty page 1 is an empty list; an empty later page may be one whose rows were all filtered out.
    const linked = this.#always_linked && (items.length > 0 || page > 1)
    if (!has_links && (full || linked)) {
      const what = full ? 'A full page' : 'A page'
      throw new MonitorError('contract', `${what} came without a Link header: the list may be cut.`, {
        next_step: 'Check for a proxy that removes the Link header, or ask for fewer ids in one call.',
      })
    }
    if (items.length > 0 && !this.#isNew(this.#fingerprints, fingerprint(items))) {
      throw new MonitorError('pagination_loop', `Page ${page} holds the same rows as a page before it.`)
    }
    if (!next) return
    if (!this.#isNew(this.#addresses, hash(next.origin + next.path))) {
      throw new MonitorError('pagination_loop', `Page ${page} points back to a page already read.`)
    }
    if (page >= this.#max_pages) {
      throw new MonitorError('pagination_loop', `The list goes on after ${this.#max_pages} pages.`)
    }
  }

  #isNew(seen: Set<number>, value: number): boolean {
    const size = seen.size
    return seen.add(value).size > size
  }
}

/** First row, last row and length. A row is its id; one without id, or alone on its page, is all of it. */
function fingerprint(items: readonly unknown[]): number {
  const alone = items.length === 1
  return hash(`${items.length}\n${rowKey(items[0], alone)}\n${rowKey(items.at(-1), alone)}`)
}

function rowKey(row: unknown, whole: boolean): string {
  if (!whole && typeof row === 'object' && row !== null && 'id' in row) {
    if (typeof row.id === 'string' || typeof row.id === 'number') return String(row.id)
  }
  return JSON.stringify(row)
}

/** 53-bit hash (cyrb53): 32 bits would meet by chance within some ten thousand pages. */
function hash(text: string): number {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return 4294967296 * (2097151 & low) + (high >>> 0)
}
