import { z } from 'zod'
import { legacyZone } from '../../logs/reading/legacy-zone.ts'
import { MAX_CONTEXT, DEFAULT_LIMIT, DEFAULT_TIME_BUDGET_MS, type LogQuery } from '../../search/log-query.ts'
import type { SearchItem } from '../../search/log-query.ts'
import { toHitRecord } from '../../search/line-records.ts'
import { searchLogs } from '../../search/search-logs.ts'
import { JSON_MEDIA_TYPE, NDJSON_MEDIA_TYPE, problem, type Answer, type Members } from '../http/answer.ts'
import {
  FILTER_PARAMETERS,
  readFilter,
  readRange,
  readSource,
  text,
  type FilterInput,
} from './log-parameters.ts'
import type { LogSearchPiece, LogSearchResult } from './log-search-schemas.ts'
import { streamLogItems, type Fault } from './log-stream.ts'
import { wholeNumber } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'

const MOST_HITS = 1000
/** A client that takes longer to read the answer does not get the rest of it. */
const DEADLINE_MS = DEFAULT_TIME_BUDGET_MS + 50_000

export interface SearchInput extends FilterInput {
  readonly since: string | undefined
  readonly until: string | undefined
  readonly order: 'newest' | 'oldest'
  readonly limit: number
  readonly cursor: string | undefined
  readonly context: number
}

const order_error = 'newest or oldest'

export const SEARCH_PARAMETERS: Members<SearchInput> = {
  ...FILTER_PARAMETERS,
  since: text('From then on: 2026-11-22T10:15:30Z, 2026-11-22, 2h, yesterday', 64),
  until: text('Before then; a whole day is included', 64),
  order: z
    .enum(['newest', 'oldest'], { error: order_error })
    .default('newest')
    .meta({ description: 'Which hits come first' }),
  limit: wholeNumber(1, MOST_HITS).default(DEFAULT_LIMIT).meta({ description: 'At most so many hits' }),
  cursor: text('Of the answer before: goes on where it was cut', 10_000),
  context: wholeNumber(0, MAX_CONTEXT)
    .default(0)
    .meta({ description: 'So many lines of the file before and after each hit' }),
}

/**
 * The lines that match, as one JSON object or, for who accepts `application/x-ndjson`, one by one as they are found.
 * Both are written as they come, so that a large answer is never held as a whole.
 */
export async function searchLogLines(
  input: SearchInput,
  services: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const read = await readQuery(input, services)
  if ('refused' in read) return read.refused
  const from = readSource(input, services.log_reading.fleet)
  if ('refused' in from) return from.refused
  const release = services.log_reading.searches.take()
  if (release === null) {
    return problem(429, 'Too many searches run already; try again in a moment.', {}, { 'retry-after': '2' })
  }
  const as_lines = request.headers.get('accept')?.includes(NDJSON_MEDIA_TYPE) === true
  const { directory, zone } = services.log_reading
  return await streamLogItems<SearchItem>(
    {
      open: (signal) =>
        from.fleet === null
          ? searchLogs(directory, read.query, { signal, clock: services.clock, zone: legacyZone(zone) })
          : from.fleet.search({ ...read.query, ...from.of }, { signal, clock: services.clock }),
      pieces: as_lines ? asLines : asObject,
      media_type: as_lines ? NDJSON_MEDIA_TYPE : JSON_MEDIA_TYPE,
      headers: { vary: 'Accept' },
      checked_late: 'cursor',
      release,
      after_ms: DEADLINE_MS,
      where: 'GET /logs/search',
    },
    services,
    request,
  )
}

async function readQuery(
  input: SearchInput,
  { log_reading, clock }: ApiServices,
): Promise<{ query: LogQuery } | { refused: Answer }> {
  const read = await readFilter(input)
  if ('refused' in read) return read
  const ranged = readRange(input, { now_ms: clock.now(), zone: log_reading.zone })
  if ('refused' in ranged) return ranged
  const query: LogQuery = {
    ...read.filter,
    ...ranged.range,
    ...(input.cursor === undefined ? {} : { cursor: input.cursor }),
    order: input.order,
    limit: input.limit,
    context: input.context,
    time_budget_ms: DEFAULT_TIME_BUDGET_MS,
  }
  return { query }
}

type Explain = (error: unknown) => Fault | null

async function* asLines(items: AsyncIterable<SearchItem>, explain: Explain): AsyncGenerator<string> {
  try {
    for await (const item of items) {
      const piece: LogSearchPiece = item.kind === 'hit' ? { kind: 'hit', ...toHitRecord(item) } : item
      yield `${JSON.stringify(piece)}\n`
    }
  } catch (error) {
    const fault = explain(error)
    if (fault !== null) yield `${JSON.stringify({ kind: 'error', ...fault })}\n`
  }
}

async function* asObject(items: AsyncIterable<SearchItem>, explain: Explain): AsyncGenerator<string> {
  let count = 0
  const close = (end: Omit<LogSearchResult, 'entries'>): string => `],${JSON.stringify(end).slice(1)}`
  yield '{"entries":['
  try {
    for await (const item of items) {
      if (item.kind === 'hit') {
        yield (count === 0 ? '' : ',') + JSON.stringify(toHitRecord(item))
        count++
      } else if (item.kind === 'end') {
        const { kind: _, hits: __, ...end } = item
        yield close({ count, ...end })
      }
    }
  } catch (error) {
    const fault = explain(error)
    if (fault !== null) yield close({ ...NOTHING_READ, count, cut: 'error', ...fault })
  }
}

const NOTHING_READ = { next_cursor: null, malformed_lines: 0, unreadable: [], bytes_read: 0, duration_ms: 0 }
