import type { Message } from './message.ts'

/** Who gets a report by a channel. */
export interface ReportReader {
  readonly channel: string
  /** Of one who gets it alone: `addressDigest` of the address. Null: whoever the channel reaches. */
  readonly reader: string | null
}

/** A report on its way, as the outbox has it: ids only. What it says is made when it is sent. */
export interface ReportRow extends ReportReader {
  readonly report_id: number
}

/**
 * Makes the message of a row each time it is sent. For a reader, `document.recipients` has that one address.
 * Null: nobody wants it any more, it was unsubscribed from or is gone. What throws is asked again a minute later.
 */
export type ComposeReport = (row: ReportRow) => Promise<Message | null>
