import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { withValue } from '../parts/address-values.ts'
import { useAddress } from '../parts/address.ts'
import { Asked } from '../parts/panel.tsx'
import { Segments } from '../parts/segments.tsx'
import { ToneMark } from '../parts/tone-mark.tsx'
import {
  PERIOD_CHOICES,
  PERIOD_WORDS,
  reportChoicesOf,
  VERDICT_MARKS,
  WIDTH_CHOICES,
  type ReportChoices,
} from './report-choices.ts'
import { ReportFrame } from './report-frame.tsx'
import { reportAddress, reportQuery } from './report-queries.ts'
import { SentReports } from './sent-reports.tsx'

/** What reports say, before they are sent and after. What is shown stands in the address. */
export function ReportsPage(): ReactNode {
  const [address, setAddress] = useAddress()
  const choices = reportChoicesOf(address)
  const { shown, period } = choices
  const withReport = (id: string): string => {
    const query = withValue(address, 'report', id).toString()
    return query === '' ? '/reports' : `/reports?${query}`
  }
  return (
    <>
      <header className="page-head">
        <h1>Reports</h1>
        <p className="hint">
          What is sent every day, week or month: of the last whole one, as it would be sent now.
        </p>
        <Segments
          legend="Period"
          choices={PERIOD_CHOICES}
          chosen={period}
          onChoose={({ value }) => {
            setAddress(withValue(withValue(address, 'report', ''), 'period', value))
          }}
        />
      </header>
      <Preview
        choices={choices}
        back={withReport('')}
        onWidth={(width) => {
          setAddress(withValue(address, 'width', width))
        }}
      />
      <SentReports
        shown_id={shown.kind === 'sent' ? shown.id : null}
        hrefOf={(id) => withReport(String(id))}
      />
    </>
  )
}

interface PreviewProps {
  readonly choices: ReportChoices
  /** The address of the page with the preview. */
  readonly back: string
  readonly onWidth: (width: string) => void
}

function Preview({ choices: { shown, width }, back, onWidth }: PreviewProps): ReactNode {
  const query = useQuery(reportQuery(shown))
  return (
    <section className="panel report-panel" aria-label="Report">
      <header>
        <h2>{shown.kind === 'preview' ? `${PERIOD_WORDS[shown.period]} report` : 'As it was sent'}</h2>
        <Segments
          legend="Width of the mail"
          choices={WIDTH_CHOICES}
          chosen={width}
          onChoose={({ value }) => {
            onWidth(value)
          }}
        />
      </header>
      <Asked query={query} lines={20}>
        {({ verdict, headline, until }) => (
          <>
            <p className="report-says">
              <ToneMark mark={VERDICT_MARKS[verdict]} /> <span>{headline}</span>
            </p>
            <p className="error-links">
              {shown.kind === 'sent' ? <Link href={back}>Back to the preview</Link> : null}
              <a href={reportAddress(shown, 'html')}>The mail alone</a>
              <a href={reportAddress(shown, 'text')}>As text</a>
            </p>
            <ReportFrame
              key={until}
              address={reportAddress(shown, 'html')}
              title={`${shown.kind === 'preview' ? PERIOD_WORDS[shown.period] : 'Sent'} report as a mail`}
              width={width.name}
            />
          </>
        )}
      </Asked>
    </section>
  )
}
