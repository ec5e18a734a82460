import type { Report, ReportVerdict } from '../core/report.ts'
import type { Message, MessageSection, MessageTone } from '../delivery/message.ts'
import { renderReportHtml } from './html/render-html.ts'
import { renderReportText, type ReportLinks } from './render-text.ts'
import { viewOf, type ReportRow, type ReportView } from './report-view.ts'

const TONES: Readonly<Record<ReportVerdict, MessageTone>> = {
  good: 'good',
  attention: 'warning',
  bad: 'bad',
}
/** A chat is no place for a table: what stands behind is in the dashboard. */
const MOST_ROWS = 5

/** Who gets it by mail, and where its links lead. */
export interface ReportAddressee {
  readonly recipient: string | null
  readonly links: ReportLinks
}

/** A report as a message: sections for chats, a document for mail, everything for programs. */
export function reportMessage(report: Report, { recipient, links }: ReportAddressee): Message {
  const view = viewOf(report)
  return {
    kind: 'report',
    tone: TONES[report.verdict],
    title: `${view.title}, ${view.span}: ${view.verdict_word.toLowerCase()}`,
    summary: view.headline,
    sections: [figuresOf(view), ...sectionsOf(view)],
    more: null,
    link: links.dashboard === null ? null : { url: links.dashboard, label: 'Open the dashboard' },
    data: { report },
    document: {
      html: renderReportHtml(view, links),
      text: renderReportText(view, links),
      ...(recipient === null ? {} : { recipients: [recipient] }),
      ...(links.unsubscribe === null ? {} : { unsubscribe_url: links.unsubscribe }),
    },
  }
}

function figuresOf({ figures, verdict, note }: ReportView): MessageSection {
  const facts = figures.map(({ name, value, change }) => ({
    label: name,
    value: change.tone === 'plain' && change.text.startsWith('nothing') ? value : `${value} (${change.text})`,
  }))
  return { title: note, tone: TONES[verdict], facts }
}

/** What is wrong; what is as it should be, or only of interest, is in the mail and the dashboard. */
function sectionsOf({ sections }: ReportView): MessageSection[] {
  return sections
    .filter(({ rows }) => rows.some(({ tone }) => tone !== 'plain'))
    .map(({ title, rows }) => ({
      title,
      tone: rows.some(({ tone }) => tone === 'bad') ? 'bad' : 'warning',
      facts: rows
        // A sentence is no name with a value.
        .filter(({ value, detail }) => value !== null || detail !== null)
        .slice(0, MOST_ROWS)
        .map(factOf),
    }))
}

const factOf = ({ main, detail, value }: ReportRow): MessageSection['facts'][number] => ({
  label: main,
  value: [value, detail].filter((each) => each !== null).join('. '),
})
