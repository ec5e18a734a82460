import { randomBytes } from 'node:crypto'
import { addressDigest } from '../core/address-digest.ts'
import type { ComposeReport, ReportReader } from '../delivery/compose-report.ts'
import type { ReportStore } from '../store/reports.ts'
import { reportMessage } from './report-message.ts'

/** Where reports go. */
export interface ReportAddress {
  /** The name of a channel. */
  readonly channel: string
  /** A mail address; null for whoever a chat or webhook reaches. */
  readonly address: string | null
}

export interface ReportPostOptions {
  readonly reports: Pick<ReportStore, 'find' | 'recipientCode' | 'unsubscribed'>
  readonly addresses: readonly ReportAddress[]
  /** Of the dashboard; null where nobody has said, and then reports have no links. */
  readonly public_url: string | null
}

/** As long as a key: nobody finds one that is not his own. */
const CODE_BYTES = 32

/**
 * Makes messages of kept reports when they are sent. The database knows recipients by digests only; which address that is,
 * the configuration says.
 */
export class ReportPost {
  readonly readers: readonly ReportReader[]
  readonly #options: ReportPostOptions

  constructor(options: ReportPostOptions) {
    this.#options = options
    this.readers = options.addresses.map(({ channel, address }) => ({
      channel,
      reader: address === null ? null : addressDigest(address),
    }))
  }

  readonly compose: ComposeReport = async ({ report_id, channel, reader }) => {
    const { reports, addresses, public_url } = this.#options
    const index = this.readers.findIndex((known) => known.channel === channel && known.reader === reader)
    const recipient = addresses[index]?.address
    // Who stands in the configuration no more gets no more.
    if (recipient === undefined) return null
    if (reader !== null && (await reports.unsubscribed([reader])).length > 0) return null
    const report = await reports.find(report_id)
    if (report === null) return null
    const unsubscribe = reader === null || public_url === null ? null : await this.#wayOut(reader, public_url)
    return reportMessage(report, { recipient, links: { dashboard: public_url, unsubscribe } })
  }

  async #wayOut(reader: string, public_url: string): Promise<string> {
    const code = await this.#options.reports.recipientCode(reader, newCode())
    return unsubscribeUrl(public_url, code)
  }
}

export function unsubscribeUrl(public_url: string, code: string): string {
  const url = new URL('unsubscribe', public_url.endsWith('/') ? public_url : `${public_url}/`)
  url.searchParams.set('code', code)
  return url.href
}

const newCode = (): string => randomBytes(CODE_BYTES).toString('base64url')
