import { spokenBytes } from '../../../core/number-text.ts'
import { legacyZone, type LegacyZone } from '../../../logs/reading/legacy-zone.ts'
import { parseLogLine } from '../../../logs/reading/parse-line.ts'
import { toHitRecord } from '../../../search/line-records.ts'
import { MAX_LIMIT, type LogQuery, type SearchEnd, type SearchHit } from '../../../search/log-query.ts'
import type { SearchItem, SearchProgress } from '../../../search/log-query.ts'
import type { SearchOptions } from '../../../search/search-logs.ts'
import { flagValue, type CommandContext } from '../../command.ts'
import { finderOf } from '../../find-text.ts'
import { LineFlow } from '../../line-flow.ts'
import { LogText } from '../../log-text.ts'
import { counted, grouped, spokenDuration } from '../../numbers.ts'
import { LiveDisplay } from '../../progress/live-display.ts'
import { jsonText, printable, type Terminal } from '../../terminal.ts'
import type { LineSource } from './line-source.ts'

/** What takes longer shows how far it is. */
const PROGRESS_AFTER_MS = 1000

/** Searches, shows the hits as they are found, and says how it ended; returns the exit code. */
export async function showSearch(
  context: CommandContext,
  query: LogQuery,
  limit: number,
  source: LineSource,
): Promise<number> {
  const { terminal } = context
  const progress = new ProgressLine(terminal)
  const flow = new LineFlow(terminal, () => {
    progress.clear()
  })
  const signal = AbortSignal.any([context.signal, terminal.reader_gone])
  const options = { signal, zone: legacyZone(context.config.time_zone) }
  const only_count = flagValue(context, 'count')
  const show = only_count ? () => [] : await hitLines(context, query, options.zone)
  try {
    const wanted = only_count ? Infinity : limit
    for await (const item of allPages(source, query, wanted, options)) {
      if (item.kind === 'progress') progress.show(item)
      else if (item.kind === 'hit') for (const line of show(item)) await flow.add(line)
      else {
        if (only_count) await flow.add(context.json ? jsonText({ count: item.hits }) : String(item.hits))
        await flow.flush()
        progress.clear()
        return await tellEnd(context, item, wanted, source)
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
    await flow.flush()
  } finally {
    progress.clear()
  }
  return 0
}

/** As many pages as it takes, as one search. */
async function* allPages(
  source: LineSource,
  query: LogQuery,
  limit: number,
  options: SearchOptions,
): AsyncGenerator<SearchItem> {
  let hits = 0
  let malformed_lines = 0
  let { cursor } = query
  for (;;) {
    let end: SearchEnd | null = null
    const left = Math.min(MAX_LIMIT, limit - hits)
    const page = { ...query, limit: left, ...(cursor === undefined ? {} : { cursor }) }
    for await (const item of source.search(page, options)) {
      if (item.kind === 'end') end = item
      else yield item
    }
    if (end === null) return
    hits += end.hits
    malformed_lines += end.malformed_lines
    if (end.cut === null || end.next_cursor === null || hits >= limit) {
      yield { ...end, hits, malformed_lines }
      return
    }
    cursor = end.next_cursor
  }
}

/** Turns a hit into what is printed of it. */
async function hitLines(
  context: CommandContext,
  query: LogQuery,
  zone: LegacyZone,
): Promise<(hit: SearchHit) => string[]> {
  if (context.json) return (hit) => [jsonText(toHitRecord(hit))]
  const { terminal } = context
  const text = new LogText({
    terminal,
    zone: zone.name,
    with_stream: query.streams?.length !== 1,
    find: await finderOf(query),
  })
  if ((query.context ?? 0) === 0) return ({ entry, line, machine }) => text.lines(entry, line, machine)
  let first = true
  return ({ entry, line, before, after, machine }) => {
    const around = (other: string): string => {
      const parsed = parseLogLine(other, entry.stream, zone)
      return parsed === undefined ? text.unknownLine(entry.stream, other) : text.aroundLine(parsed)
    }
    const [hit = '', ...headings] = text.lines(entry, line, machine).toReversed()
    const gap = first ? [] : [terminal.style('gray', '--', 'stdout')]
    first = false
    return [...gap, ...headings, ...before.map(around), hit, ...after.map(around)]
  }
}

async function tellEnd(
  { terminal }: CommandContext,
  end: SearchEnd,
  limit: number,
  source: LineSource,
): Promise<number> {
  const hits = counted(end.hits, 'hit')
  if (end.cut === 'limit' && end.next_cursor !== null) {
    terminal.message(`${hits}, cut at the limit of ${grouped(limit)}. For more: --cursor ${end.next_cursor}`)
  } else if (end.hits === 0) {
    terminal.message(await source.nothingFound())
  } else if (terminal.interactive && terminal.shows_data) {
    terminal.message(terminal.style('gray', `${hits} in ${spokenDuration(end.duration_ms)}.`))
  }
  if (end.malformed_lines > 0) {
    const lines = counted(end.malformed_lines, 'line')
    terminal.message(`${lines} with the text left out: not in a form that is known.`)
  }
  for (const { source, reason } of end.unreadable) {
    terminal.error(`Not searched: ${printable(source)} (${printable(reason)})`)
  }
  return end.unreadable.length > 0 ? 3 : 0
}

/** A line on the screen that says how far a long search is; gone while lines are printed. */
class ProgressLine {
  readonly #terminal: Terminal
  readonly #started = performance.now()
  readonly #display: LiveDisplay
  #latest: SearchProgress = { kind: 'progress', bytes_done: 0, bytes_total: 0, hits: 0 }

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.#display = new LiveDisplay(terminal, () => [this.#text()])
  }

  show(latest: SearchProgress): void {
    this.#latest = latest
    const { interactive, quiet, display } = this.#terminal
    if (!interactive || quiet || display !== null) return
    if (performance.now() - this.#started >= PROGRESS_AFTER_MS) this.#display.start()
  }

  clear(): void {
    if (this.#terminal.display === this.#display) this.#display.stop()
  }

  #text(): string {
    const { bytes_done, bytes_total, hits } = this.#latest
    if (bytes_total === 0) return this.#terminal.style('gray', `Searching: ${counted(hits, 'hit')}`)
    const percent = Math.floor((100 * bytes_done) / bytes_total)
    const size = spokenBytes(bytes_total)
    return this.#terminal.style('gray', `Searching ${size}: ${percent} %, ${counted(hits, 'hit')}`)
  }
}
