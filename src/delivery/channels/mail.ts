import { createTransport } from 'nodemailer'
import type { SentMessageInfo, Transporter } from 'nodemailer'
import { printable } from '../../core/printable.ts'
import { counted } from '../../core/number-text.ts'
import { createHash } from 'node:crypto'
import type { Channel, Letter, SendResult } from '../channel.ts'
import type { MailConfig } from '../delivery-config.ts'
import { shortened } from '../message.ts'
import { mailHtml } from './mail-html.ts'
import { plainText } from './plain-text.ts'
import { smtpFailure } from './smtp-failure.ts'

const LONGEST_SUBJECT = 200
const PATIENCE_MS = 8000

/** Mail by SMTP, as HTML and as text. */
export class MailChannel implements Channel {
  readonly kind = 'mail'
  readonly name: string
  readonly target: string
  readonly #config: MailConfig

  constructor(config: MailConfig) {
    this.name = config.name
    // Addresses are of people.
    this.target = counted(config.to.length, 'recipient')
    this.#config = config
  }

  async send(letter: Letter): Promise<SendResult> {
    const { smtp_url, to } = this.#config
    const { message, signal, progress } = letter
    const reached = new Set(progress === null ? [] : (JSON.parse(progress) as string[]))
    const recipients = (message.document?.recipients ?? to).filter(
      (address) => !reached.has(recipientMark(letter.id, address)),
    )
    const transport = openTransport(smtp_url)
    const stop = (): void => {
      transport.close()
    }
    signal.addEventListener('abort', stop)
    try {
      const sent = await transport.sendMail(this.#mail(letter, recipients))
      const result = afterRecipients(sent, recipients, reached, letter.id)
      const reference = messageId(letter.id, this.#config.from)
      return result.outcome === 'sent' ? { ...result, reference } : result
    } catch (error) {
      return smtpFailure(error)
    } finally {
      signal.removeEventListener('abort', stop)
      transport.close()
    }
  }

  #mail(
    { id, message, reference }: Letter,
    recipients: readonly string[],
  ): Parameters<Transporter['sendMail']>[0] {
    const { from } = this.#config
    const { document } = message
    const unsubscribe = document?.unsubscribe_url
    return {
      from,
      to: [...recipients],
      subject: shortened(printable(message.title.toWellFormed()), LONGEST_SUBJECT),
      text: document?.text ?? plainText(message),
      html: document?.html ?? mailHtml(message),
      messageId: messageId(id, from),
      ...(reference === null ? {} : { inReplyTo: reference, references: reference }),
      headers: {
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        ...(unsubscribe === undefined ? {} : listHeaders(unsubscribe)),
      },
      attachments: (document?.images ?? []).map(({ cid, type, base64 }) => ({
        cid,
        contentType: type,
        content: base64,
        encoding: 'base64',
        contentDisposition: 'inline',
      })),
      // Nothing of it is a path or an address to read.
      disableFileAccess: true,
      disableUrlAccess: true,
    }
  }
}

/** What stands for a recipient of a letter in the database: no address, and another one in each letter. */
function recipientMark(letter_id: string, address: string): string {
  return createHash('sha256').update(`${letter_id} ${address}`).digest('base64url')
}

/** A button beside the subject. Programs press it themselves only over TLS (RFC 8058). */
function listHeaders(unsubscribe: string): Record<string, string> {
  const list = { 'List-Unsubscribe': `<${unsubscribe}>` }
  if (!unsubscribe.startsWith('https:')) return list
  return { ...list, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
}

/** The same for the same message: clients and servers drop a second one. */
export function messageId(id: string, from: string): string {
  const [, host = 'canvas-sync-monitor.invalid'] = /@([\w.-]+)>?\s*$/.exec(from) ?? []
  return `<${id}@${host}>`
}

/** @throws TypeError when it is no `smtp://` or `smtps://` address */
function openTransport(smtp_url: string): Transporter {
  const url = new URL(smtp_url)
  const secure = url.protocol === 'smtps:'
  const user = decodeURIComponent(url.username)
  const { searchParams } = url
  return createTransport({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: searchParams.get('tls') === 'required',
    ignoreTLS: searchParams.get('tls') === 'none',
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    dnsTimeout: PATIENCE_MS,
  })
}

/** Some recipients may be refused for good, and some for now, while the others have it. */
function afterRecipients(
  { rejected = [], rejectedErrors = [] }: SentMessageInfo,
  recipients: readonly string[],
  reached: ReadonlySet<string>,
  letter_id: string,
): SendResult {
  if (rejected.length === 0) return { outcome: 'sent' }
  const later = rejectedErrors.filter(({ responseCode = 550 }) => responseCode < 500)
  const [first] = later
  if (first === undefined) return { outcome: 'sent', error: 'smtp_some_recipients_refused' }
  const waiting = new Set<string | undefined>(
    later.map((refused: { readonly recipient?: string }) => refused.recipient),
  )
  const now_reached = recipients.filter((address) => !waiting.has(address))
  const done = [...reached, ...now_reached.map((address) => recipientMark(letter_id, address))]
  return { outcome: 'again', error: `smtp_${first.responseCode ?? 450}`, progress: JSON.stringify(done) }
}
