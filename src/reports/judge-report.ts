import { counted, grouped } from '../core/number-text.ts'
import type { Report, ReportVerdict } from '../core/report.ts'
import { durationText, periodNoun } from './report-words.ts'

/** Fewer of a hundred than this, and it is `bad`. */
const GOOD_ENOUGH_PERCENT = 90

type Judged = Omit<Report, 'verdict' | 'headline'>

/** Whether all is well, and the sentence that says so outright, or what is not. */
export function judgeReport(report: Judged): Pick<Report, 'verdict' | 'headline'> {
  const { figures, freshness, incidents, schedules, delivery } = report
  if (figures.syncs === 0) {
    return { verdict: 'bad', headline: `No sync ran ${periodNoun(report)}: the data is as old as before.` }
  }
  if (figures.finished === 0) {
    const headline = `None of the ${counted(figures.syncs, 'sync')} that started ${periodNoun(report)} has ended.`
    return { verdict: 'bad', headline }
  }
  const wrong = [
    syncsWrong(report),
    schedules !== null && schedules.missed > 0
      ? `${counted(schedules.missed, 'scheduled sync')} never started`
      : null,
    listsWrong(report),
    incidents !== null && incidents.open > 0
      ? `${counted(incidents.open, 'incident')} ${incidents.open === 1 ? 'is' : 'are'} open`
      : null,
    delivery !== null && delivery.failing_channels.length > 0
      ? `messages do not arrive at ${delivery.failing_channels.join(', ')}`
      : null,
  ].filter((sentence) => sentence !== null)
  if (wrong.length === 0) {
    const fresh = `, and every list was read whole within ${durationText(freshness.target_seconds)}`
    const headline = `All is well. ${allCompleted(figures)}${freshness.known ? fresh : ''}.`
    return { verdict: 'good', headline }
  }
  const headline = `${upperFirst(wrong.join('; '))}.`
  return { verdict: isBad(report) ? 'bad' : 'attention', headline }
}

function allCompleted({ finished, completed, cancelled }: Judged['figures']): string {
  if (cancelled > 0) {
    const were = cancelled === 1 ? 'was' : 'were'
    return `${grouped(completed)} of ${counted(finished, 'sync')} completed, ${grouped(cancelled)} ${were} cancelled`
  }
  return finished === 1 ? 'The one sync completed' : `All ${counted(finished, 'sync')} completed`
}

function syncsWrong({ figures }: Judged): string | null {
  const wrong = figures.partial + figures.failed + figures.lost + figures.timed_out
  if (wrong === 0) return null
  return `${counted(wrong, 'sync')} of ${grouped(figures.finished)} did not complete`
}

function listsWrong({ freshness: { stale, never, more, target_seconds } }: Judged): string | null {
  const parts = []
  const or_more = more ? ' or more' : ''
  if (stale > 0)
    parts.push(
      `${counted(stale, 'list')}${or_more} ${stale === 1 && !more ? 'is' : 'are'} older than ${durationText(target_seconds)}`,
    )
  if (never > 0)
    parts.push(
      `${counted(never, 'list')}${or_more} ${never === 1 && !more ? 'was' : 'were'} never read whole`,
    )
  return parts.length === 0 ? null : parts.join(' and ')
}

function isBad({ figures, incidents, schedules, delivery }: Judged): boolean {
  return (
    (figures.success_rate ?? 100) < GOOD_ENOUGH_PERCENT ||
    (incidents?.listed.some(({ severity, resolved_at }) => severity === 'critical' && resolved_at === null) ??
      false) ||
    (schedules?.missed ?? 0) > 0 ||
    (delivery?.failing_channels.length ?? 0) > 0
  )
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export const VERDICT_WORDS: Readonly<Record<ReportVerdict, string>> = {
  good: 'All is well',
  attention: 'Worth a look',
  bad: 'Needs somebody',
}
