/** What the overview looks back on. */
export interface Period {
  readonly days: number
  /** As the API takes it. */
  readonly since: string
  readonly words: string
  readonly bucket: 'hour' | 'day'
}

export const PERIODS: readonly [Period, ...Period[]] = [
  { days: 1, since: '24h', words: '24 hours', bucket: 'hour' },
  { days: 7, since: '7d', words: '7 days', bucket: 'hour' },
  { days: 30, since: '30d', words: '30 days', bucket: 'day' },
]
