import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useAddress } from '../parts/address.ts'
import { Segments } from '../parts/segments.tsx'
import { CapacityPanel } from './capacity-panel.tsx'
import { EndpointsPanel } from './endpoints-panel.tsx'
import { OverTime } from './over-time.tsx'
import { dailyFiguresQuery } from './performance-queries.ts'
import { endpointSinceOf, PERFORMANCE_PERIODS, periodOf, withValue } from './performance-period.ts'
import { SlowestCourses, SlowestUsers } from './slowest.tsx'
import { TypesPanel } from './types-panel.tsx'

/** How long syncs take, what is slow, and what it will come to. Period and endpoints' stand in the address. */
export function PerformancePage(): ReactNode {
  const [address, setAddress] = useAddress()
  const period = periodOf(address)
  const daily = useQuery(dailyFiguresQuery(period.since))
  return (
    <>
      <header className="page-head">
        <h1>Performance</h1>
        <Segments
          legend="Period"
          choices={PERFORMANCE_PERIODS}
          chosen={period}
          onChoose={({ since }) => {
            setAddress(withValue(address, 'since', since))
          }}
        />
      </header>
      <OverTime query={daily} />
      <TypesPanel period={period} />
      <div className="columns">
        <SlowestCourses period={period} />
        <SlowestUsers period={period} />
      </div>
      <EndpointsPanel
        since={endpointSinceOf(address)}
        onSince={(since) => {
          setAddress(withValue(address, 'endpoints', since))
        }}
      />
      <CapacityPanel period={period} daily={daily} />
    </>
  )
}
