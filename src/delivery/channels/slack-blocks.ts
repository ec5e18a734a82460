import { printable } from '../../core/printable.ts'
import { hasOwnTitle, shortened, type Message, type MessageSection, type MessageTone } from '../message.ts'

/** Slack's own limits. */
const LONGEST_HEADER = 150
const LONGEST_SECTION = 3000
const LONGEST_TEXT = 3000
const MOST_BLOCKS = 50
/** For the header, what is more, and the link. */
const OTHER_BLOCKS = 6

const MARK: Readonly<Record<MessageTone, string>> = {
  bad: '\u{1f534}',
  warning: '\u{1f7e0}',
  good: '\u2705',
  calm: '\u2139\ufe0f',
}

export interface SlackBlock {
  readonly type: string
  readonly [member: string]: unknown
}

/**
 * A message as Slack shows it. All that is not ours stands in `plain_text`, of which Slack reads nothing but what it is:
 * a job called `<!channel>` calls nobody.
 */
export function slackBlocks(message: Message): SlackBlock[] {
  const { title, tone, summary, sections, more, link } = message
  const shown = sections.slice(0, MOST_BLOCKS - OTHER_BLOCKS)
  const left_out = sections.length - shown.length
  return [
    { type: 'header', text: plain([`${MARK[tone]} ${title}`], LONGEST_HEADER) },
    ...(summary === null ? [] : [section([summary])]),
    ...shown.map((each) => section(sectionLines(each, hasOwnTitle(message, each)))),
    ...(left_out > 0 ? [section([`And ${left_out} more.`])] : []),
    ...(more === null ? [] : [section([more])]),
    ...(link === null ? [] : [linkBlock(link.url, link.label)]),
  ]
}

/** What notifications of phones show, and who cannot see blocks. */
export function slackText({ title, summary, sections }: Message): string {
  const [first] = sections
  const whose = first?.facts[0]
  const rest =
    summary ?? (sections.length === 1 && whose !== undefined ? `${whose.label}: ${whose.value}` : '')
  return shortened(escaped(inLine(rest === '' ? title : `${title}. ${rest}`)), LONGEST_TEXT).replace(
    /&[a-z]{0,4}…$/,
    '…',
  )
}

function sectionLines({ title, tone, facts }: MessageSection, with_title: boolean): string[] {
  const lines = facts.map(({ label, value }) => `${label}: ${value}`)
  return with_title ? [`${MARK[tone]} ${title}`, ...lines] : lines
}

const section = (lines: readonly string[]): SlackBlock => ({
  type: 'section',
  text: plain(lines, LONGEST_SECTION),
})

/** No line is of others: a name with a line break says nothing that looks like ours. */
const plain = (lines: readonly string[], longest: number): object => ({
  type: 'plain_text',
  // `:fire:` stays what it is.
  emoji: false,
  text: shortened(lines.map(inLine).join('\n'), longest) || ' ',
})

function linkBlock(url: string, label: string): SlackBlock {
  const address = new URL(url).href.replaceAll(/[<>|]/g, encodeURIComponent)
  const text = `<${escaped(address)}|${escaped(label).replaceAll('|', '/')}>`
  return { type: 'section', text: { type: 'mrkdwn', verbatim: true, text } }
}

const inLine = (text: string): string => printable(text.toWellFormed())

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** What Slack reads as a mention or a link. */
const escaped = (text: string): string => text.replaceAll(/[&<>]/g, (sign) => ENTITIES[sign] ?? '')
