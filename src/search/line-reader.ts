import type { HistogramQuery, LineHistogram } from './histogram-query.ts'
import type { LineFilter, LogQuery, SearchItem } from './log-query.ts'
import type { SearchOptions } from './search-logs.ts'
import type { TailItem, TailQuery } from './tail-query.ts'

/** Only lines of this machine. */
export interface OfMachine {
  readonly machine?: string
}

/** The lines of many machines in one place, read as those of one folder are: see `searchLogs`, `tailLogs`, `lineHistogram`. */
export interface LineReader {
  search(query: LogQuery & OfMachine, options: SearchOptions): AsyncGenerator<SearchItem>
  tail(query: TailQuery & OfMachine, options: SearchOptions): AsyncGenerator<TailItem>
  histogram(query: HistogramQuery & OfMachine, options: SearchOptions): Promise<LineHistogram>
}

export type FleetFilter = LineFilter & OfMachine
