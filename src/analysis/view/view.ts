/** What a piece of the report says about the syncs; never told by colour alone. */
export type Tone = 'plain' | 'quiet' | 'good' | 'warning' | 'bad'

/** Text for people; parts of it come from log lines and may hold anything. */
export interface Piece {
  readonly text: string
  readonly tone?: Tone
}

export interface Fact {
  readonly label: string
  readonly value: readonly Piece[]
}

export interface FactsBlock {
  readonly kind: 'facts'
  readonly facts: readonly Fact[]
}

/** One column of a chart over days or hours. */
export interface TimeColumn {
  /** `2026-11-20`, `2026-11-01 to 2026-11-03`, `14:00`. */
  readonly label: string
  readonly count: number
  readonly failed: number
  readonly throttled: number
}

export interface TimeBlock {
  readonly kind: 'time'
  readonly id: string
  readonly title: string
  /** Of what: `call`. */
  readonly noun: string
  readonly by: 'day' | 'hour'
  /** `bad` when every line is a failure. */
  readonly tone: 'plain' | 'bad'
  readonly columns: readonly TimeColumn[]
}

export interface HistogramMark {
  readonly name: string
  readonly value_ms: number
  /** From 0, the left edge of the first bar, to 1, the right edge of the last. */
  readonly position: number
}

export interface HistogramRow {
  /** `100 ms to 200 ms`. */
  readonly label: string
  /** Where it begins: `100 ms`. */
  readonly from: string
  readonly count: number
}

export interface HistogramBlock {
  readonly kind: 'histogram'
  readonly id: string
  readonly title: string
  readonly noun: string
  readonly bars: readonly HistogramRow[]
  readonly marks: readonly HistogramMark[]
}

export interface Share {
  readonly name: string
  readonly count: number
  readonly tone: Tone
}

/** How a whole is divided, the largest part first. */
export interface SharesBlock {
  readonly kind: 'shares'
  readonly id: string
  readonly title: string
  readonly parts: readonly Share[]
}

export interface Column {
  readonly title: string
  readonly numeric: boolean
  /** On a narrow page those with the highest number are left out first; 0 stays. */
  readonly optional: number
}

export interface Cell {
  readonly text: string
  readonly tone?: Tone
}

export interface Row {
  readonly cells: readonly Cell[]
  /** Length of its bar, 0 to 1. */
  readonly share?: number
}

/** The first column names the row and is shortened first. */
export interface TableBlock {
  readonly kind: 'table'
  readonly id: string
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** What its bars show, for their heading, which is empty behind the column of the same figure; null without bars. */
  readonly bars: string | null
  /** What is not shown. */
  readonly note: string | null
}

export interface ErrorView {
  readonly count: number
  /** `throttled in list_submissions`. */
  readonly what: string
  readonly pattern: string
  readonly first_seen: string
  readonly last_seen: string
  readonly fingerprint: string
  readonly example: readonly Fact[]
}

export interface ErrorsBlock {
  readonly kind: 'errors'
  readonly id: string
  readonly title: string
  readonly groups: readonly ErrorView[]
  readonly note: string | null
}

export type Block = FactsBlock | TimeBlock | HistogramBlock | SharesBlock | TableBlock | ErrorsBlock

export interface Section {
  readonly id: string
  readonly title: string
  /** One line; all there is when there are no blocks. */
  readonly summary: string
  readonly blocks: readonly Block[]
}

/** `bad` and `worth_a_look` have reasons. */
export type Verdict = 'well' | 'worth_a_look' | 'bad' | 'empty'

/** A report as people see it; text and HTML draw the same one. */
export interface ReportView {
  readonly title: string
  /** Of which time, in which zone. */
  readonly period: string
  readonly verdict: Verdict
  /** One sentence: is it well? */
  readonly answer: string
  readonly figures: readonly Fact[]
  readonly sections: readonly Section[]
  /** When and from what it was made. */
  readonly origin: string
}
