const DAY_MS = 86_400_000

let known_day = Number.NaN
let known_date = ''

const two = (number: number): string => (number < 10 ? `0${number}` : String(number))
const three = (number: number): string =>
  number < 10 ? `00${number}` : number < 100 ? `0${number}` : String(number)

/**
 * A time in epoch milliseconds as `Date.prototype.toISOString` writes it. Of many times of one day, as in a list,
 * the date is made once: that is a third of what a record of a sync costs.
 */
export function isoTime(at_ms: number): string {
  const day = Math.floor(at_ms / DAY_MS)
  const of_day = at_ms - day * DAY_MS
  if (!Number.isSafeInteger(at_ms)) return new Date(at_ms).toISOString()
  if (day !== known_day) {
    known_date = new Date(at_ms).toISOString().slice(0, -'00:00:00.000Z'.length)
    known_day = day
  }
  const seconds = Math.floor(of_day / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${known_date}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}.${three(of_day % 1000)}Z`
}
