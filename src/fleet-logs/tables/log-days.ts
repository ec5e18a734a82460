/** Days of shipped lines that are kept, today not counted. */
export const DEFAULT_KEEP_DAYS = 30
export const DAY_MS = 86_400_000

const TABLE = 'canvas_sync_log_lines'
const NAME = /^canvas_sync_log_lines_(\d{4})(\d{2})(\d{2})$/

/** When the UTC day of a time begins, epoch milliseconds. */
export function dayOf(time_ms: number): number {
  return Math.floor(time_ms / DAY_MS) * DAY_MS
}

/** Whether a day has a name: years from 0 to 9999. */
export function isNamedDay(day_ms: number): boolean {
  return day_ms >= FIRST_DAY_MS && day_ms <= LAST_DAY_MS
}

const FIRST_DAY_MS = Date.parse('0000-01-01T00:00:00.000Z')
const LAST_DAY_MS = Date.parse('9999-12-31T00:00:00.000Z')

/** `canvas_sync_log_lines_20261122` */
export function partitionOf(day_ms: number): string {
  return `${TABLE}_${new Date(day_ms).toISOString().slice(0, 10).replaceAll('-', '')}`
}

/** When the day of a partition begins; null for a name that is none. */
export function dayOfPartition(name: string): number | null {
  const [, year, month, day] = NAME.exec(name) ?? []
  const day_ms = Date.parse(`${year}-${month}-${day}T00:00:00.000Z`)
  return Number.isNaN(day_ms) ? null : day_ms
}
