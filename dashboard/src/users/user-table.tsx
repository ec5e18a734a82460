import { memo, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { StalestRecord, UserRecord } from '../../../src/api/users/user-list.ts'
import { countText, percentText } from '../parts/number-text.ts'
import { StatusMark } from '../parts/status-mark.tsx'
import { Ago } from '../parts/time-text.tsx'
import { BeatRow } from './beat-row.tsx'
import { FreshnessMark } from './freshness-mark.tsx'
import { userAddress } from './user-address.ts'

interface UserTableProps {
  readonly users: readonly UserRecord[]
  readonly period_days: number
}

export function UserTable({ users, period_days }: UserTableProps): ReactNode {
  return (
    <table className="user-list">
      <thead>
        <tr>
          <th scope="col">User</th>
          <th scope="col">Newest sync</th>
          <th scope="col">Last runs</th>
          <th scope="col" className="numeric">
            Success, {period_days === 1 ? 'today' : `${period_days} days`}
          </th>
          <th scope="col">Stalest data</th>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <UserRow key={String(user.user_id)} user={user} />
        ))}
      </tbody>
    </table>
  )
}

const UserRow = memo(function UserRow({ user }: { readonly user: UserRecord }): ReactNode {
  const { user_id, beats, finished_syncs, successful_syncs, success_rate, last_sync_start_time } = user
  const id = String(user_id)
  const [newest] = beats
  return (
    <tr>
      <th scope="row">
        <Link href={userAddress(id)}>{id}</Link>
      </th>
      <td>
        <span className="user-newest">
          {newest === undefined ? null : <StatusMark status={newest.sync_status} />}
          <Ago at_ms={Date.parse(last_sync_start_time)} />
        </span>
        <Since user={user} />
      </td>
      <td>
        <BeatRow beats={beats} title={`Runs of user ${id}`} href={userAddress(id)} />
      </td>
      <td className="numeric">
        {success_rate === null ? '–' : percentText(success_rate)}
        <small>
          {countText(successful_syncs)} of {countText(finished_syncs)}
        </small>
      </td>
      <td>{user.stalest === null ? <small>nothing read yet</small> : <Stalest stalest={user.stalest} />}</td>
    </tr>
  )
})

/** What one wants to know of who is in trouble: since when. */
function Since({ user: { state, last_completed_start_time } }: { readonly user: UserRecord }): ReactNode {
  if (state !== 'failing') return null
  return (
    <small>
      {last_completed_start_time === null ? (
        'no sync has ever completed'
      ) : (
        <>
          last completed <Ago at_ms={Date.parse(last_completed_start_time)} />
        </>
      )}
    </small>
  )
}

function Stalest({ stalest }: { readonly stalest: StalestRecord }): ReactNode {
  const { entity, course_id, last_complete_at, verdict } = stalest
  return (
    <>
      <FreshnessMark
        verdict={verdict}
        at_ms={last_complete_at === null ? null : Date.parse(last_complete_at)}
      />
      <small>
        {entity.replaceAll('_', ' ')}
        {course_id === null ? '' : ` of course ${course_id}`}
      </small>
    </>
  )
}
