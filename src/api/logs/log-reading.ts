import type { LineReader } from '../../search/line-reader.ts'
import { Slots } from '../http/slots.ts'

/** How many of each a server runs at once. */
const SEARCHES = 4
const TAILS = 16
/** Each works for seconds at the most. */
const HISTOGRAMS = 2

/** The log folder as the API reads it. */
export interface LogReading {
  readonly directory: string
  /** The lines of all machines; null where they are in no one place. */
  readonly fleet: LineReader | null
  /** IANA name of the zone in which a time without an offset is meant. */
  readonly zone: string
  readonly searches: Slots
  readonly tails: Slots
  readonly histograms: Slots
  /** Aborts when the server stops, so that what would go on for ever ends. */
  readonly stopping: AbortSignal
}

export function logReading(
  directory: string,
  zone: string,
  stopping: AbortSignal,
  fleet: LineReader | null = null,
): LogReading {
  return {
    directory,
    fleet,
    zone,
    stopping,
    searches: new Slots(SEARCHES),
    tails: new Slots(TAILS),
    histograms: new Slots(HISTOGRAMS),
  }
}
