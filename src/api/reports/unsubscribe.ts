import { z } from 'zod'
import { html, Markup } from '../../core/html-markup.ts'
import { HTML_MEDIA_TYPE, problem, type Answer, type Members } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'

interface SubscriptionInput {
  readonly code: string
}

const rule = 'the code of a link in a report'
export const SUBSCRIPTION_PARAMETERS: Members<SubscriptionInput> = {
  code: z
    .string({ error: rule })
    .regex(/^[\w-]{1,100}$/, { error: rule })
    .meta({ description: 'Of the link in the mail; it stands for one recipient', examples: ['not-a-code'] }),
}

/** Programs that look through mails open every link: to open it must change nothing. */
export async function askToUnsubscribe({ code }: SubscriptionInput, { store }: ApiServices): Promise<Answer> {
  const unsubscribed_at = await store.reports.unsubscribedAt(code)
  if (unsubscribed_at === undefined) return unknownCode()
  return unsubscribed_at === null ? page(code, 'ask') : page(code, 'unsubscribed')
}

/** What is sent with it, such as `List-Unsubscribe=One-Click`, says nothing that the address does not. */
export async function unsubscribe(
  { code }: SubscriptionInput,
  { store, clock }: ApiServices,
  { audit }: RequestFacts,
): Promise<Answer> {
  if (!(await store.reports.unsubscribe(code, clock.now()))) return unknownCode()
  await audit.changed('report_unsubscribed')
  // Not a redirection: RFC 8058 forbids it.
  return page(code, 'unsubscribed')
}

export async function subscribe(
  { code }: SubscriptionInput,
  { store }: ApiServices,
  { audit }: RequestFacts,
): Promise<Answer> {
  if (!(await store.reports.subscribe(code))) return unknownCode()
  await audit.changed('report_subscribed')
  return page(code, 'subscribed')
}

const unknownCode = (): Answer =>
  problem(404, 'Nobody gets reports by this link: it is not whole, or not of this server.')

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  // Without it browsers send a form of the page as if it came from nowhere, and it would be refused.
  'referrer-policy': 'same-origin',
}

const SHEET = `
  :root { color-scheme: light dark; }
  body { margin: 0; padding: 48px 16px; background: #f4f6f8; color: #16202c; font: 16px/24px -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; }
  main { max-width: 460px; margin: 0 auto; padding: 24px; background: #fff; border: 1px solid #dde2e8; border-radius: 8px; }
  h1 { margin: 0 0 8px; font-size: 20px; line-height: 28px; }
  p { margin: 0 0 16px; }
  button { padding: 10px 18px; border: 1px solid #1d5fa8; border-radius: 6px; background: #1d5fa8; color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
  button:focus-visible { outline: 3px solid #7fb2e8; outline-offset: 2px; }
  @media (prefers-color-scheme: dark) {
    body { background: #10151b; color: #e6eaee; }
    main { background: #1a212a; border-color: #303a46; }
  }
`

interface Said {
  readonly title: string
  readonly text: string
  readonly button: string
  /** Beside this page, wherever a proxy puts it. */
  readonly action: 'unsubscribe' | 'subscribe'
}

const SAID: Readonly<Record<'ask' | 'unsubscribed' | 'subscribed', Said>> = {
  ask: {
    title: 'No more reports?',
    text: 'The address to which this link was sent will get no more daily, weekly or monthly reports. Messages about incidents are not changed by it.',
    button: 'No more reports',
    action: 'unsubscribe',
  },
  unsubscribed: {
    title: 'No more reports',
    text: 'The address to which this link was sent gets no more reports.',
    button: 'Get reports again',
    action: 'subscribe',
  },
  subscribed: {
    title: 'Reports come again',
    text: 'The address to which this link was sent gets reports again, from the next one on.',
    button: 'No more reports',
    action: 'unsubscribe',
  },
}

const encoder = new TextEncoder()

function page(code: string, what: keyof typeof SAID): Answer {
  const { title, text, button, action } = SAID[what]
  const markup = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}: Canvas syncs</title>
        <style>
          ${new Markup(SHEET)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p>${text}</p>
          <form method="post" action="${action}?code=${code}"><button>${button}</button></form>
        </main>
      </body>
    </html>`
  return {
    status: 200,
    body: encoder.encode(markup.toString()),
    media_type: HTML_MEDIA_TYPE,
    headers: HEADERS,
  }
}
