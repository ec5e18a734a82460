import type { ReactNode } from 'react'
import type { ErrorGroupRecord } from '../../../src/api/errors/error-group-records.ts'
import { Link } from 'wouter'
import { Sparkline } from '../charts/sparkline.tsx'
import { countText } from '../parts/number-text.ts'
import { Ago } from '../parts/time-text.tsx'
import { boundedText, DIRECTION_WORDS, directionOf, trendText } from './error-words.ts'
import { MutedUntil, StateMark } from './state-mark.tsx'

interface ErrorGroupListProps {
  readonly groups: readonly ErrorGroupRecord[]
  /** The address of the page with this group opened. */
  readonly hrefOf: (id: number) => string
}

export function ErrorGroupList({ groups, hrefOf }: ErrorGroupListProps): ReactNode {
  return (
    <ul className="error-groups">
      {groups.map((group) => (
        <GroupRow key={group.id} group={group} href={hrefOf(group.id)} />
      ))}
    </ul>
  )
}

function GroupRow({ group, href }: { readonly group: ErrorGroupRecord; readonly href: string }): ReactNode {
  const { state, error_type, message, next_step, sync_count, muted_until } = group
  return (
    <li data-row="">
      <div className="error-what">
        <p className="error-marks">
          <StateMark state={state} />
          <span>{error_type === null ? 'no type' : error_type.replaceAll('_', ' ')}</span>
          {muted_until === null ? null : <MutedUntil at_ms={Date.parse(muted_until)} />}
        </p>
        <Link href={href} className="error-message">
          {message === '' ? 'An error without a message' : message}
        </Link>
        {next_step === null ? null : <p className="next-step">{next_step}</p>}
      </div>
      <div className="error-trend">
        <Sparkline values={group.trend} title={trendText(group)} />
        <span>{DIRECTION_WORDS[directionOf(group)]}</span>
      </div>
      <p className="error-figure">
        <strong>{countText(sync_count)}</strong> {sync_count === 1 ? 'sync' : 'syncs'}
      </p>
      <p className="error-figure">
        {boundedText(group.users, 'user', 'users')}
        {group.courses.count === 0 ? null : (
          <>
            <br />
            {boundedText(group.courses, 'course', 'courses')}
          </>
        )}
      </p>
      <p className="error-times">
        <span>
          last <Ago at_ms={Date.parse(group.last_seen_at)} />
        </span>
        <span>
          first <Ago at_ms={Date.parse(group.first_seen_at)} />
        </span>
        {group.last_sync_id === null ? null : <Link href={`/syncs/${group.last_sync_id}`}>newest sync</Link>}
      </p>
    </li>
  )
}
