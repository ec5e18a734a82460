import type { LogHistogram } from '../../../src/api/logs/log-histogram.ts'
import type { LogSearchResult } from '../../../src/api/logs/log-search-schemas.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { addressOf, askJson, type QueryValues } from '../data/api-client.ts'
import { asked, type Asking } from '../data/asked.ts'
import { nameOf, type LogLine } from './log-line.ts'

const dear = { follows_syncs: false }

export const histogramQuery = (values: QueryValues): Asking<LogHistogram> =>
  asked('log-histogram', '/logs/histogram', values, dear)

export const syncOfTaskQuery = (task_id: string): Asking<SyncRecord> =>
  asked('sync-of-task', `/sync/task/${encodeURIComponent(task_id)}`, {}, dear)

/** Lines on either side. */
const AROUND = 50

export interface LinesAround {
  readonly before: readonly LogLine[]
  readonly after: readonly LogLine[]
}

/** The lines around one, whatever the filters of the list. @param stream only this one; null for all of them */
export function linesAroundQuery(line: LogLine, stream: string | null): Asking<LinesAround> {
  const at_ms = Date.parse(line.timestamp ?? '')
  const range = new Date(at_ms).toISOString()
  const streams = stream === null ? {} : { stream }
  const ask = (values: QueryValues, signal: AbortSignal): Promise<LogSearchResult> =>
    askJson<LogSearchResult>(addressOf('/logs/search', { ...streams, ...values }), { signal })
  return {
    queryKey: ['lines-around', nameOf(line), stream],
    meta: { follows_syncs: false },
    async queryFn({ signal }) {
      // One after the other: a server runs few searches at once.
      const earlier = await ask({ until: range, order: 'newest', limit: AROUND }, signal)
      const later = await ask({ since: range, order: 'oldest', limit: AROUND * 3 }, signal)
      const lines = [...earlier.entries.toReversed(), ...later.entries]
      const name = nameOf(line)
      const at = lines.findIndex((each) => nameOf(each) === name)
      if (at === -1) return { before: lines.slice(0, earlier.count), after: later.entries.slice(0, AROUND) }
      return {
        before: lines.slice(Math.max(0, at - AROUND), at),
        after: lines.slice(at + 1, at + 1 + AROUND),
      }
    },
  }
}
