import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { NotificationRecord } from '../../../src/api/notifications/notification-records.ts'
import { DateTime } from '../parts/date-time.tsx'
import { countText } from '../parts/number-text.ts'
import { errorText, KIND_WORDS, STATE_MARKS } from './notification-words.ts'
import { ToneMark } from '../parts/tone-mark.tsx'

interface DeliveryLogProps {
  readonly notifications: readonly NotificationRecord[]
  /** The address of the page with this notification opened. */
  readonly hrefOf: (id: number) => string
}

/** What was told to whom, and how it went; the newest first. */
export function DeliveryLog({ notifications, hrefOf }: DeliveryLogProps): ReactNode {
  return (
    <div className="wide" role="group" aria-label="Delivery log" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Made</th>
            <th scope="col">State</th>
            <th scope="col">About</th>
            <th scope="col">Channel</th>
            <th scope="col" className="numeric">
              Attempts
            </th>
            <th scope="col">Last error</th>
          </tr>
        </thead>
        <tbody>
          {notifications.map((notification) => (
            <LogRow key={notification.id} notification={notification} href={hrefOf(notification.id)} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface LogRowProps {
  readonly notification: NotificationRecord
  readonly href: string
}

function LogRow({ notification, href }: LogRowProps): ReactNode {
  const { channel, created_at, state, attempts, last_error } = notification
  return (
    <tr>
      <th scope="row" className="nowrap">
        <Link href={href}>
          <DateTime at={created_at} />
        </Link>
      </th>
      <td className="nowrap">
        <ToneMark mark={STATE_MARKS[state]} />
      </td>
      <td className="nowrap">
        <About notification={notification} />
      </td>
      <td>{channel}</td>
      <td className="numeric">{countText(attempts)}</td>
      <td className="nowrap">
        {last_error === null ? <span className="quiet-text">none</span> : errorText(last_error)}
      </td>
    </tr>
  )
}

const MOST_NAMED = 3

/** What it tells, with links to it. */
export function About({ notification }: { readonly notification: NotificationRecord }): ReactNode {
  const { kind, incident_ids } = notification
  const named = incident_ids.slice(0, MOST_NAMED)
  const others = incident_ids.length - named.length
  return (
    <>
      {KIND_WORDS[kind]}
      {named.map((id, index) => (
        <span key={id}>
          {index === 0 ? ' ' : ', '}
          <Link href={`/incidents/${id}`}>{id}</Link>
        </span>
      ))}
      {others === 0 ? '' : ` and ${countText(others)} more`}
    </>
  )
}
