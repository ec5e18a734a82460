import type { NotificationKind } from '../core/notification.ts'

/** `bad`: somebody must act. `warning`: somebody should look. `good`: it is over. `calm`: nothing to do. */
export type MessageTone = 'bad' | 'warning' | 'good' | 'calm'

export interface MessageFact {
  /** `Whose data`, `Since`. */
  readonly label: string
  readonly value: string
}

export interface MessageLink {
  readonly url: string
  readonly label: string
}

/** One thing that is told. */
export interface MessageSection {
  readonly title: string
  readonly tone: MessageTone
  /** In the order in which they are read. */
  readonly facts: readonly MessageFact[]
}

/** A picture inside of a mail: `<img src="cid:ID">`. */
export interface MailImage {
  readonly cid: string
  /** `image/png`. */
  readonly type: string
  readonly base64: string
}

/** What mail shows instead of the sections. */
export interface MailDocument {
  readonly html: string
  readonly text: string
  readonly images?: readonly MailImage[]
  /** Who gets it, instead of the recipients of the channel. */
  readonly recipients?: readonly string[]
  readonly unsubscribe_url?: string
}

/**
 * What is said, whatever channel says it. All of it is text: a channel makes of it what its other side shows as it is.
 * Nothing in it is personal but user ids.
 */
export interface Message {
  readonly kind: NotificationKind
  readonly tone: MessageTone
  /** One line: the subject of a mail. */
  readonly title: string
  /** A sentence or two; null where the sections say it all. */
  readonly summary: string | null
  readonly sections: readonly MessageSection[]
  /** What there was no room for; null when there was. */
  readonly more: string | null
  readonly link: MessageLink | null
  /** The same for programs. */
  readonly data: Readonly<Record<string, unknown>>
  readonly document?: MailDocument
}

/** Whether the title of a section says what that of the message does not. */
export function hasOwnTitle({ title, sections }: Message, section: MessageSection): boolean {
  return sections.length > 1 || !title.includes(section.title)
}

/** The first characters of a text, whole ones, and a mark where it was cut. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
