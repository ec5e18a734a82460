import { systemClock, type Clock } from '../core/clock.ts'
import type { LogSource } from '../logs/reading/log-source.ts'
import { UTC_ZONE, type LegacyZone } from '../logs/reading/legacy-zone.ts'
import { SourceHold } from '../logs/reading/source-hold.ts'
import { checkQuery } from './check-query.ts'
import { LineMatcher } from './line-matcher.ts'
import { DEFAULT_LIMIT, type LogQuery, type SearchEnd, type SearchItem } from './log-query.ts'
import { SearchPage } from './search-page.ts'
import { SearchRun } from './search-run.ts'
import { OutOfTime, Turns } from './turns.ts'

export interface SearchOptions {
  readonly signal?: AbortSignal
  /** Default: the system's. */
  readonly clock?: Clock
  /** Of times of day that the earlier system wrote without a zone. Default: UTC. */
  readonly zone?: LegacyZone
}

const PROGRESS_MS = 250

/**
 * The lines of a log folder that match, ordered by their times; of one millisecond as the files have them. A line that
 * is in several files with the same writer and number is given once. Hits come as soon as no other can come before
 * them. The pages of a search give every hit once, whatever is appended, rotated or archived between them.
 *
 * Lines of one file may be out of order by ten minutes; one that was written even later than that is found, but a page
 * or a range of times may miss it.
 *
 * @throws MonitorError `usage` for a query that makes no sense (at the first `next()`); system errors of listing the
 * folder; the signal's reason
 */
export async function* searchLogs(
  directory: string,
  query: LogQuery,
  options: SearchOptions = {},
): AsyncGenerator<SearchItem> {
  checkQuery(query)
  await using hold = new SourceHold()
  yield* searchSources(() => hold.list(directory, query.streams), query, options)
}

/** As {@link searchLogs} over the sources given; `query.streams` is not looked at. */
export async function* searchSources(
  listed: () => Promise<readonly LogSource[]>,
  query: LogQuery,
  { signal, clock = systemClock, zone = UTC_ZONE }: SearchOptions = {},
): AsyncGenerator<SearchItem> {
  const started_ms = clock.monotonic()
  const matcher = await LineMatcher.for(query, zone)
  const page = new SearchPage(query, query.limit ?? DEFAULT_LIMIT)
  const turns = new Turns(clock, query.time_budget_ms, signal)
  turns.throwIfAborted()
  const run = new SearchRun({ sources: await listed(), query, matcher, page, turns, zone, signal })
  let cut: SearchEnd['cut'] = null
  let next_cursor: string | null = null
  try {
    yield* hitsAndProgress(run, turns, clock)
    if (run.has_more) {
      cut = 'limit'
      next_cursor = page.cursor()
    }
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error
    yield* run.hits(true)
    cut = 'time'
    next_cursor = page.cursorAt(run.bound_ms)
  } finally {
    await run.close()
  }
  yield { kind: 'end', cut, next_cursor, ...run.summary(), duration_ms: clock.monotonic() - started_ms }
}

async function* hitsAndProgress(run: SearchRun, turns: Turns, clock: Clock): AsyncGenerator<SearchItem> {
  let told_ms = clock.monotonic()
  while (!run.is_done) {
    for (const hit of run.hits()) {
      yield hit
      turns.throwIfAborted()
      // Redacting a long line takes milliseconds.
      if (turns.is_long) await turns.pass()
    }
    if (run.is_done) return
    await run.step()
    if (clock.monotonic() - told_ms < PROGRESS_MS) continue
    told_ms = clock.monotonic()
    yield run.progress()
  }
}
