import type { IncomingHttpHeaders } from 'node:http'
import { MonitorError } from '../core/errors.ts'
import { buildPath, endpointOf } from './address.ts'
import type { Job } from './attempt.ts'
import { nextLink, parseLinkHeader } from './link-header.ts'
import { ListingGuard } from './listing-guard.ts'
import { MissingFields } from './missing-fields.ts'
import { rebase, type Target } from './origin.ts'
import type { Runner } from './runner.ts'
import { stringifyIds } from './string-ids.ts'
import type { CanvasPage, CanvasParams, ListOptions } from './types.ts'

const DEFAULT_PER_PAGE = 100
const DEFAULT_MAX_PAGES = 100_000
/** Canvas never sends more than 100 rows per page; some lists of its add-ons come whole. */
const MAX_ITEMS = 1000

interface ReadPage<T> {
  readonly items: T[]
  readonly next: Target | null
}

/**
 * The pages of a listing, by `next` links alone: Canvas's bookmarks allow no parallel and no numbered reading.
 * Goes on after a short or empty page as long as it has a `next`.
 *
 * @param origins the configured origin, then the additional ones
 */
export async function* readPages<T>(
  runner: Runner,
  origins: readonly [string, ...string[]],
  path: string,
  params: CanvasParams,
  options: ListOptions,
): AsyncGenerator<CanvasPage<T>, void, undefined> {
  const per_page = options.per_page ?? DEFAULT_PER_PAGE
  let target: Target = { origin: origins[0], path: buildPath(path, { per_page, ...params }) }
  const limits = {
    per_page,
    max_pages: options.max_pages ?? DEFAULT_MAX_PAGES,
    always_linked: options.always_linked ?? false,
  }
  const guard = new ListingGuard(limits, target)
  const missing = new MissingFields(options.expect ?? [])
  for (let page = 1; ; page++) {
    const current = target
    const job: Job<ReadPage<T>> = {
      target: current,
      endpoint: endpointOf(path),
      course_id: options.course_id ?? null,
      page,
      signal: options.signal,
      read: (body, headers) => {
        const items = unwrap<T>(body, options.wrapper)
        stringifyIds(items)
        const reference = nextLink(linkOf(headers)) ?? nextInBody(body)
        const next = reference === null ? null : rebase(reference, current, origins)
        guard.check(page, items, next, saysPages(body, headers))
        return { items, next }
      },
      count: ({ items }) => items.length,
    }
    const { value, answer, duration_ms } = await runner.run(job)
    yield {
      items: value.items,
      page,
      status: answer.status,
      bytes: answer.bytes,
      duration_ms,
      has_next: value.next !== null,
      missing_fields: missing.after(value.items),
    }
    if (!value.next) return
    target = value.next
  }
}

function unwrap<T>(body: unknown, wrapper: string | undefined): T[] {
  const list = wrapper === undefined ? body : field(body, wrapper)
  if (!Array.isArray(list)) {
    throw new MonitorError(
      'contract',
      wrapper === undefined ? 'The answer is not a list.' : `The answer has no list named ${wrapper}.`,
    )
  }
  if (list.length > MAX_ITEMS) {
    throw new MonitorError('contract', `The page has more than ${MAX_ITEMS} rows.`)
  }
  if (!list.every(isRow))
    throw new MonitorError('contract', 'The list holds something that is not an object.')
  return list as T[]
}

function isRow(item: unknown): boolean {
  return typeof item === 'object' && item !== null && !Array.isArray(item)
}

/** Whether the answer says anything about pages: a readable Link header, or `meta.pagination` in the body. */
function saysPages(body: unknown, headers: IncomingHttpHeaders): boolean {
  if (parseLinkHeader(linkOf(headers) ?? '').length > 0) return true
  return field(field(body, 'meta'), 'pagination') !== undefined
}

/** Several Link headers are one list (RFC 8288 section 3); Node joins them, its types do not know. */
function linkOf(headers: IncomingHttpHeaders): string | undefined {
  return Array.isArray(headers.link) ? headers.link.join(', ') : headers.link
}

/** New Quizzes and some other endpoints name the next page in the body instead of a header. */
function nextInBody(body: unknown): string | null {
  const next = field(field(field(body, 'meta'), 'pagination'), 'next')
  return typeof next === 'string' && next !== '' ? next : null
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}
