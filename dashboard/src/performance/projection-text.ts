import { reachOf, type Reached, type Trend } from './projection.ts'

const UNITS = [
  { word: 'day', days: 1, most: 14 },
  { word: 'week', days: 7, most: 112 },
  { word: 'month', days: 30.44, most: 730 },
  { word: 'year', days: 365.25, most: Infinity },
] as const

const TEN_YEARS = 3652
/** A latest time so much later than the likely one says only that it is not known. */
const MUCH_LATER = 5

/** `about 7 weeks (5 to 11)` */
export function reachedText({ days, soonest_days, latest_days }: Reached): string {
  const unit = UNITS.find(({ most }) => days < most) ?? UNITS[3]
  const whole = (given: number): number => Math.max(1, Math.round(given / unit.days))
  const [soonest, likely] = [whole(soonest_days), whole(days)]
  const about = `about ${likely} ${unit.word}${likely === 1 ? '' : 's'}`
  if (latest_days > MUCH_LATER * days) return `${about} (${soonest} or more)`
  const latest = whole(latest_days)
  return soonest === latest ? about : `${about} (${soonest} to ${latest})`
}

interface Words {
  /** `The database` */
  readonly what: string
  /** `reaches 10 GB` */
  readonly reaches: string
  readonly limit: number
  readonly text: (value: number) => string
}

/** When something comes to a limit, and how sure that is, in a sentence. */
export function projectionText(trend: Trend, { what, reaches, limit, text }: Words): string {
  if (trend.fastest_per_day <= 0) return `${what} does not grow.`
  if (trend.slowest_per_day <= 0) {
    return `${what} does not grow evenly enough to say when it ${reaches}: by ${text(
      Math.max(0, trend.per_day),
    )} a day or less, at the most by ${text(trend.fastest_per_day)}.`
  }
  const reached = reachOf(trend, limit)
  const pace = `It grows by about ${text(trend.per_day)} a day.`
  if (reached === null) return `${what} ${reaches} already. ${pace}`
  if (reached.days > TEN_YEARS)
    return `At this pace ${lower(what)} ${reaches} in more than ten years. ${pace}`
  return `At this pace ${lower(what)} ${reaches} in ${reachedText(reached)}. ${pace}`
}

const lower = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1)

/** What a figure a day comes to in 30 days, from its values on single days. */
export function paceText(trend: Trend, what: string, text: (value: number) => string): string {
  const then = (per_day: number): number => Math.max(0, trend.now + 30 * per_day)
  const steady = trend.slowest_per_day <= 0 && trend.fastest_per_day >= 0
  const now = `About ${text(Math.max(0, trend.now))} ${what} a day now`
  if (steady) return `${now}, without a clear change.`
  const [low, high] = [then(trend.slowest_per_day), then(trend.fastest_per_day)]
  const between = text(low) === text(high) ? '' : ` (${text(low)} to ${text(high)})`
  return `${now}; in 30 days at this pace about ${text(then(trend.per_day))}${between}.`
}
