import { html, type Markup } from '../../core/html-markup.ts'
import { hasOwnTitle, type Message, type MessageSection, type MessageTone } from '../message.ts'

/** Dark enough on white, and light enough where a client turns white into black. */
const COLOUR: Readonly<Record<MessageTone, string>> = {
  bad: '#c62828',
  warning: '#b45309',
  good: '#2e7d32',
  calm: '#3b5b8c',
}
const WORD: Readonly<Record<MessageTone, string>> = {
  bad: 'Act',
  warning: 'Look',
  good: 'Over',
  calm: 'Note',
}
const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

/** Only what cannot be said beside the elements: clients that drop it show the light page. */
const STYLE = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #14171c !important; }
  .card { background: #1e232b !important; border-left-color: #39414d !important;
    border-right-color: #39414d !important; border-bottom-color: #39414d !important; }
  .text { color: #e8eaed !important; }
  .faint { color: #a9b1bd !important; }
  .line { border-color: #39414d !important; }
}
@media (max-width: 480px) {
  .fact-label, .fact-value { display: block !important; width: auto !important; }
  .fact-label { padding-bottom: 0 !important; }
  .fact-value { padding-top: 0 !important; }
  .inside { padding-left: 16px !important; padding-right: 16px !important; }
}`

/** A message as a page that mail clients show: tables, everything said beside its element, nothing fetched. */
export function mailHtml(message: Message): string {
  const { title, tone, summary, sections, more, link } = message
  const paragraph = (text: string): Markup =>
    html`<p
      class="text"
      style="margin:0 0 12px;font-size:15px;line-height:22px;color:#1f2430;overflow-wrap:anywhere;word-break:break-word;"
    >
      ${text}
    </p>`
  const body = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          ${STYLE_MARKUP}
        </style>
      </head>
      <body class="page" style="margin:0;padding:0;background:#f2f4f7;">
        <table
          role="presentation"
          class="page"
          width="100%"
          cellpadding="0"
          cellspacing="0"
          border="0"
          style="background:#f2f4f7;${FONT};"
        >
          <tr>
            <td align="center" style="padding:16px 8px;">
              <table
                role="presentation"
                class="card"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                border="0"
                style="max-width:584px;background:#ffffff;border:1px solid #d9dee6;border-top:4px solid ${COLOUR[tone]};border-radius:6px;"
              >
                <tr>
                  <td class="inside" style="padding:20px 24px 8px;">
                    <h1
                      class="text"
                      style="margin:0 0 12px;font-size:19px;line-height:26px;font-weight:600;color:#1f2430;overflow-wrap:anywhere;word-break:break-word;"
                    >
                      ${title}
                    </h1>
                    ${summary === null ? null : paragraph(summary)}
                  </td>
                </tr>
                ${sections.map((section) => sectionRow(section, hasOwnTitle(message, section)))}
                ${
                  more === null
                    ? null
                    : html`<tr>
                        <td class="inside" style="padding:8px 24px;">${paragraph(more)}</td>
                      </tr>`
                }
                ${link === null ? null : buttonRow(link.url, link.label)}
                <tr>
                  <td class="inside" style="padding:8px 24px 20px;">
                    <p class="faint" style="margin:0;font-size:12px;line-height:18px;color:#5b6472;">
                      Sent by canvas-sync-monitor.
                    </p>
                  </td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html>`
  return body.toString()
}

const STYLE_MARKUP = html([STYLE])

function sectionRow({ title, tone, facts }: MessageSection, with_title: boolean): Markup {
  const heading = with_title
    ? html`<p
        class="text"
        style="margin:8px 0 4px;font-size:15px;line-height:22px;font-weight:600;color:#1f2430;overflow-wrap:anywhere;word-break:break-word;"
      >
        <span
          style="color:#ffffff;background:${COLOUR[tone]};border-radius:3px;padding:1px 6px;font-size:12px;"
          >${WORD[tone]}</span
        >
        ${title}
      </p>`
    : null
  const rows = facts.map(
    ({ label, value }) =>
      html`<tr>
        <td
          class="fact-label faint"
          width="120"
          valign="top"
          style="padding:4px 12px 4px 0;font-size:13px;line-height:20px;color:#5b6472;"
        >
          ${label}
        </td>
        <td
          class="fact-value text"
          valign="top"
          style="padding:4px 0;font-size:14px;line-height:20px;color:#1f2430;overflow-wrap:anywhere;word-break:break-word;"
        >
          ${value}
        </td>
      </tr>`,
  )
  return html`<tr>
    <td class="inside" style="padding:4px 24px;">
      ${heading}
      <table
        role="presentation"
        class="line"
        width="100%"
        cellpadding="0"
        cellspacing="0"
        border="0"
        style="border-top:1px solid #e4e8ee;"
      >
        ${rows}
      </table>
    </td>
  </tr>`
}

function buttonRow(url: string, label: string): Markup {
  return html`<tr>
    <td class="inside" style="padding:12px 24px;">
      <a
        href="${url}"
        style="display:inline-block;padding:10px 18px;border-radius:5px;background:#1f5fbf;color:#ffffff;font-size:14px;line-height:20px;font-weight:600;text-decoration:none;"
        >${label}</a
      >
    </td>
  </tr>`
}
