import type { ReactNode } from 'react'
import { Segments } from '../parts/segments.tsx'
import { PERIODS, usePeriod } from './period.ts'

/** The period of the address. */
export function PeriodSwitch(): ReactNode {
  const [period, choose] = usePeriod()
  return <Segments legend="Period" choices={PERIODS} chosen={period} onChoose={choose} />
}
