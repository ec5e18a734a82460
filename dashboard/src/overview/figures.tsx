import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { summaryQuery } from '../data/queries.ts'
import { countText, durationText, percentText } from '../parts/number-text.ts'
import { Failure } from '../parts/failure.tsx'
import { compareFigures, type Compared, type ComparedFigures } from './compared-figures.ts'
import type { Period } from './period.ts'

interface FigureForm {
  readonly name: keyof ComparedFigures
  readonly words: string
  readonly text: (value: number) => string
  /** Which way is good news; null when neither is. */
  readonly good: 'more' | 'less' | null
}

const FORMS: readonly FigureForm[] = [
  { name: 'syncs', words: 'Syncs', text: countText, good: null },
  { name: 'success_rate', words: 'Success rate', text: percentText, good: 'more' },
  { name: 'failed', words: 'Failed', text: countText, good: 'less' },
  { name: 'average_duration_s', words: 'Average duration', text: durationText, good: 'less' },
  { name: 'api_calls', words: 'Calls to Canvas', text: countText, good: null },
  { name: 'api_failures', words: 'Failed calls', text: countText, good: 'less' },
]

export function Figures({ period }: { readonly period: Period }): ReactNode {
  const now = useQuery(summaryQuery(period.days))
  const twice = useQuery(summaryQuery(2 * period.days))
  const error = now.error ?? twice.error
  if (error !== null && now.data === undefined) {
    return <Failure error={error} onRetry={() => void Promise.all([now.refetch(), twice.refetch()])} />
  }
  const figures =
    now.data === undefined || twice.data === undefined ? null : compareFigures(now.data, twice.data)
  return <FigureList figures={figures} period={period} />
}

interface FigureListProps {
  /** Null while they are on their way: their room is kept. */
  readonly figures: ComparedFigures | null
  readonly period: Period
}

export function FigureList({ figures, period }: FigureListProps): ReactNode {
  return (
    <dl className="figures">
      {FORMS.map((form) => (
        <Figure key={form.name} form={form} compared={figures?.[form.name] ?? null} period={period} />
      ))}
    </dl>
  )
}

interface FigureProps {
  readonly form: FigureForm
  readonly compared: Compared | null
  readonly period: Period
}

function Figure({ form: { words, text, good }, compared, period }: FigureProps): ReactNode {
  return (
    <div className="figure">
      <dt>{words}</dt>
      <dd>
        <span className="figure-value">
          {compared === null || compared.now === null ? '–' : text(compared.now)}
        </span>
        <Change compared={compared} good={good} text={text} period={period} />
      </dd>
    </div>
  )
}

interface ChangeProps extends Pick<FigureForm, 'good' | 'text'> {
  readonly compared: Compared | null
  readonly period: Period
}

function Change({ compared, good, text, period }: ChangeProps): ReactNode {
  if (compared === null) return <span className="change">&nbsp;</span>
  const { now, before } = compared
  if (now === null || before === null) return <span className="change">nothing before</span>
  const more = now - before
  const same = text(now) === text(before)
  const news = same || good === null ? 'neutral' : more > 0 === (good === 'more') ? 'good' : 'bad'
  return (
    <span className={`change change-${news}`} title={`In the ${period.words} before: ${text(before)}`}>
      {same ? 'as ' : `${more > 0 ? '▲' : '▼'} from ${text(before)} `}
      <span className="visually-hidden">in the {period.words} </span>before
    </span>
  )
}
