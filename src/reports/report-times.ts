import { MonitorError } from '../core/errors.ts'
import type { ReportPeriod, ReportTime } from '../core/report-period.ts'
import type { ReportTimes } from './report-watch.ts'

/** `08:00`, `Mon 09:00`, `1 09:00`; false for none. */
export type ReportTimeOptions = { readonly [Period in ReportPeriod]?: string | false | undefined }

/** Where nothing is said: once a week and once a month. */
export const REPORT_TIME_DEFAULTS: Readonly<Record<ReportPeriod, string | false>> = {
  daily: false,
  weekly: 'Mon 09:00',
  monthly: '1 09:00',
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const FORMS: Readonly<Record<ReportPeriod, string>> = {
  daily: 'a time of day such as 08:00',
  weekly: 'a day and a time such as Mon 09:00',
  monthly: 'a day of the month up to 28 and a time such as 1 09:00',
}

/**
 * What is left out has its default.
 * @throws MonitorError `config_invalid` for a time that is none
 */
export function reportTimes(given: ReportTimeOptions = {}): ReportTimes {
  const of = (period: ReportPeriod): ReportTime | null => {
    const text = given[period] ?? REPORT_TIME_DEFAULTS[period]
    return text === false ? null : parseReportTime(period, text)
  }
  return { daily: of('daily'), weekly: of('weekly'), monthly: of('monthly') }
}

function parseReportTime(period: ReportPeriod, text: string): ReportTime {
  const [, day, hours, minutes] = /^(?:([a-z]{3,9}|\d{1,2})\s+)?(\d{1,2}):(\d\d)$/i.exec(text.trim()) ?? []
  const time = { hour: Number(hours ?? Number.NaN), minute: Number(minutes ?? Number.NaN) }
  if (time.hour <= 23 && time.minute <= 59) {
    if (period === 'daily' && day === undefined) return time
    const weekday = WEEKDAYS.indexOf((day ?? '').toLowerCase().slice(0, 3)) + 1
    if (period === 'weekly' && isWeekday(day, weekday)) return { ...time, weekday }
    const day_of_month = Number(day)
    if (period === 'monthly' && day_of_month >= 1 && day_of_month <= 28) return { ...time, day_of_month }
  }
  throw new MonitorError('config_invalid', `The time of the ${period} report must be ${FORMS[period]}.`, {
    next_step: `Write for example "${period}": "${REPORT_TIME_DEFAULTS[period] || '08:00'}", or false for none.`,
  })
}

const FULL_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** `Mon` or `Monday`, and not `Monk`. */
function isWeekday(day: string | undefined, weekday: number): boolean {
  const name = (day ?? '').toLowerCase()
  return weekday > 0 && (name.length === 3 || name === FULL_NAMES[weekday - 1])
}
