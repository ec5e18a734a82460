import { useAddress } from '../parts/address.ts'

/** What the overview looks back on. */
export interface Period {
  readonly days: number
  /** As the API takes it, and as it stands in the address. */
  readonly since: string
  readonly words: string
  readonly bucket: 'hour' | 'day'
}

export const PERIODS: readonly [Period, ...Period[]] = [
  { days: 1, since: '24h', words: '24 hours', bucket: 'hour' },
  { days: 7, since: '7d', words: '7 days', bucket: 'hour' },
  { days: 30, since: '30d', words: '30 days', bucket: 'day' },
]

/** The period that an address asks for; the first where it names none that there is. */
export function periodOf(address: URLSearchParams): Period {
  const since = address.get('period')
  return PERIODS.find((period) => period.since === since) ?? PERIODS[0]
}

/** The period of the address, and how to go to that of another one. */
export function usePeriod(): readonly [Period, (period: Period) => void] {
  const [address, setAddress] = useAddress()
  const choose = (period: Period): void => {
    setAddress((now) => {
      const changed = new URLSearchParams(now)
      if (period === PERIODS[0]) changed.delete('period')
      else changed.set('period', period.since)
      return changed
    })
  }
  return [periodOf(address), choose]
}
