import type { ReactNode } from 'react'
import { PERIODS, usePeriod } from './period.ts'

export function PeriodSwitch(): ReactNode {
  const [period, choose] = usePeriod()
  return (
    <fieldset className="choice">
      <legend>Period</legend>
      {PERIODS.map((each) => (
        <label key={each.since}>
          <input
            type="radio"
            name="period"
            checked={each === period}
            onChange={() => {
              choose(each)
            }}
          />
          {each.words}
        </label>
      ))}
    </fieldset>
  )
}
