import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { usePathname } from 'wouter/use-browser-location'
import type { Beat } from '../../../src/api/users/beats.ts'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { syncsQuery } from '../data/queries.ts'
import { PeriodSwitch } from '../overview/period-switch.tsx'
import { usePeriod } from '../overview/period.ts'
import { withoutBasePath } from '../parts/base-path.ts'
import { usePageTitle } from '../parts/page-title.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { Ago } from '../parts/time-text.tsx'
import { BeatBar } from './beat-bar.tsx'
import { CalendarPanel } from './calendar.tsx'
import { PrivacyHint } from './privacy-hint.tsx'
import { TokenState } from './token-panel.tsx'
import { userOfPath } from './user-address.ts'
import { UserErrors } from './user-errors.tsx'
import { UserFigures } from './user-figures.tsx'
import { UserFreshness } from './user-freshness.tsx'
import { UserSyncs } from './user-syncs.tsx'

/** So many of the newest syncs tell of the runs, the token and what went on. */
const NEWEST = 50
const BEATS = 30

/** One user: what was synced for them, how fresh it is, and what stands in the way. */
export function UserPage(): ReactNode {
  const user_id = userOfPath(withoutBasePath(usePathname()))
  usePageTitle(`User ${user_id}`)
  // Another user is another page: nothing of the one before stays.
  return <OneUser key={user_id} user_id={user_id} />
}

function OneUser({ user_id }: { readonly user_id: string }): ReactNode {
  const [period] = usePeriod()
  const newest = useQuery(syncsQuery({ user_id, limit: NEWEST }))
  return (
    <>
      <p>
        <Link href="/users">All users</Link>
      </p>
      <header className="page-head user-head">
        <h1>User {user_id}</h1>
        <Newest query={newest} />
        <PeriodSwitch />
      </header>
      <UserFigures user_id={user_id} period={period} />
      <div className="columns user-columns">
        <Panel title={`Last ${BEATS} runs`}>
          <Asked query={newest}>
            {({ syncs }) => (
              <div className="user-runs">
                <BeatBar beats={syncs.slice(0, BEATS).map(toBeat)} title={`Runs of user ${user_id}`} />
              </div>
            )}
          </Asked>
        </Panel>
        <Panel title="Canvas token">
          <Asked query={newest}>{({ syncs }) => <TokenState syncs={syncs} />}</Asked>
        </Panel>
      </div>
      <CalendarPanel user_id={user_id} />
      <Asked query={newest} lines={10}>
        {({ syncs }) => <UserSyncs user_id={user_id} syncs={syncs} />}
      </Asked>
      <UserFreshness user_id={user_id} />
      <UserErrors user_id={user_id} period={period} />
      <PrivacyHint user_id={user_id} />
    </>
  )
}

function Newest({ query }: { readonly query: UseQueryResult<SyncListPage> }): ReactNode {
  const [sync] = query.data?.syncs ?? []
  return (
    <p>
      {sync === undefined ? (
        <>&nbsp;</>
      ) : (
        <>
          <StatusMark status={sync.sync_status} /> <Ago at_ms={Date.parse(sync.sync_start_time)} />
        </>
      )}
    </p>
  )
}

const toBeat = (sync: SyncRecord): Beat => ({
  sync_id: sync.id,
  sync_status: sync.sync_status,
  sync_type: sync.sync_type,
  sync_start_time: sync.sync_start_time,
  total_duration_seconds: sync.total_duration_seconds,
  error_type: sync.error_type,
})
