import { legacyZone } from '../../logs/reading/legacy-zone.ts'
import { toGapRecord, toTailRecord } from '../../search/line-records.ts'
import { tailLogs } from '../../search/tail-logs.ts'
import type { TailItem, TailQuery } from '../../search/tail-query.ts'
import { EVENT_STREAM_MEDIA_TYPE, problem, type Answer, type Members } from '../http/answer.ts'
import { FILTER_PARAMETERS, readFilter, readSource, text, type FilterInput } from './log-parameters.ts'
import { streamLogItems, type Fault } from './log-stream.ts'
import { wholeNumber } from '../http/parameters.ts'
import { UNREAD_MS } from '../http/streamed-text.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'

const MOST_LINES = 1000
const RETRY_MS = 3000
/** With a token it ends after so long: who comes back, behind the last line, has to show it again. */
const MOST_MS_WITH_TOKEN = 10 * 60_000

export interface TailInput extends FilterInput {
  readonly last: number
  readonly after: string | undefined
}

export const TAIL_PARAMETERS: Members<TailInput> = {
  ...FILTER_PARAMETERS,
  last: wholeNumber(0, MOST_LINES)
    .default(0)
    .meta({ description: 'First the last so many lines; not when it goes on behind another one' }),
  after: text(
    'The id of the last event that arrived: goes on behind it. So does the header Last-Event-ID',
    10_000,
  ),
}

/**
 * Lines as they are written, as server-sent events: `line`, and `gap` for lines that can no longer be read. The id of an
 * event is where a client goes on that comes back; one that was away misses nothing.
 */
export async function followLogLines(
  input: TailInput,
  services: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const read = await readFilter(input)
  if ('refused' in read) return read.refused
  const from = readSource(input, services.log_reading.fleet)
  if ('refused' in from) return from.refused
  // A browser that comes back repeats the address it was given at first; the header is newer.
  const after = request.headers.get('last-event-id') || input.after
  const query: TailQuery = { ...read.filter, ...(after === undefined ? { last: input.last } : { after }) }
  const release = services.log_reading.tails.take()
  if (release === null) {
    return problem(429, 'Too many clients follow the logs already.', {}, { 'retry-after': '10' })
  }
  const { directory, zone } = services.log_reading
  return await streamLogItems<TailItem>(
    {
      open: (signal) =>
        from.fleet === null
          ? tailLogs(directory, query, { signal, clock: services.clock, zone: legacyZone(zone) })
          : from.fleet.tail({ ...query, ...from.of }, { signal, clock: services.clock }),
      pieces: asEvents,
      media_type: EVENT_STREAM_MEDIA_TYPE,
      // Proxies must not wait for the end of it.
      headers: { 'x-accel-buffering': 'no' },
      checked_late: 'after',
      release,
      ...(request.caller.kind === 'loopback' ? {} : { after_ms: MOST_MS_WITH_TOKEN }),
      // Few can follow at once: who does not read gives its place back.
      unread_ms: UNREAD_MS,
      where: 'GET /logs/tail',
    },
    services,
    request,
  )
}

async function* asEvents(
  items: AsyncIterable<TailItem>,
  explain: (error: unknown) => Fault | null,
): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`
  try {
    for await (const item of items) yield eventOf(item)
  } catch (error) {
    const fault = explain(error)
    if (fault !== null) yield `event: fault\ndata: ${JSON.stringify(fault)}\n\n`
  }
}

/** An event without data is none to a browser, but its id counts, and the connection is kept alive. */
function eventOf(item: TailItem): string {
  const id = `id: ${item.position}\n`
  if (item.kind === 'idle') return `: idle\n${id}\n`
  const data = item.kind === 'line' ? toTailRecord(item) : toGapRecord(item)
  return `${id}event: ${item.kind}\ndata: ${JSON.stringify(data)}\n\n`
}
