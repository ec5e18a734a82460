import type { ReportVerdict } from '../../core/report.ts'

/**
 * Colours and sizes as inline styles: mail programs leave out much of what stands in a sheet. Text has a contrast of 4.5
 * and more on its background; the sheet of {@link MAIL_SHEET} gives the dark ones where it is honoured.
 */
export const COLOURS = {
  page: '#f4f6f8',
  card: '#ffffff',
  line: '#dde2e8',
  text: '#16202c',
  quiet: '#56616f',
  good: '#17703f',
  warning: '#855600',
  bad: '#b0261d',
  link: '#1d5fa8',
  completed: '#3f9a68',
  partial: '#dfa133',
  failed: '#c9453b',
  track: '#e8ebef',
} as const

export const TONE_COLOURS: Readonly<Record<'good' | 'bad' | 'warning' | 'plain', string>> = {
  good: COLOURS.good,
  bad: COLOURS.bad,
  warning: COLOURS.warning,
  plain: COLOURS.quiet,
}

export const VERDICT_COLOURS: Readonly<Record<ReportVerdict, string>> = {
  good: COLOURS.good,
  attention: COLOURS.warning,
  bad: COLOURS.bad,
}
/** Shape and word beside the colour. */
export const VERDICT_SIGNS: Readonly<Record<ReportVerdict, string>> = {
  good: '✓',
  attention: '!',
  bad: '✕',
}

export const FONT = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

/** What only some programs honour: narrow windows, and dark ones. */
export const MAIL_SHEET = `
  body { margin: 0; padding: 0; }
  a { text-decoration: underline; }
  @media (max-width: 480px) {
    .edge { padding-left: 16px !important; padding-right: 16px !important; }
    .figure { width: 49% !important; }
    .value { display: block !important; width: auto !important; text-align: left !important; padding: 0 0 10px !important; border-top: 0 !important; }
    .main { display: block !important; width: auto !important; padding-bottom: 2px !important; }
  }
  @media (prefers-color-scheme: dark) {
    .page { background: #10151b !important; }
    .card { background: #1a212a !important; border-color: #303a46 !important; }
    .text { color: #e6eaee !important; }
    .quiet { color: #a2adba !important; }
    .line { border-color: #303a46 !important; }
    .good { color: #62c98f !important; } .warning { color: #e5b450 !important; } .bad { color: #ff8f85 !important; }
    .link { color: #8cbdf0 !important; }
    .edge-good { border-left-color: #62c98f !important; } .edge-attention { border-left-color: #e5b450 !important; } .edge-bad { border-left-color: #ff8f85 !important; }
  }
`
