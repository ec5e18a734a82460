import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { AttemptRecord } from '../../../src/api/notifications/notification-records.ts'
import type { NotificationDetails } from '../../../src/api/notifications/notifications.ts'
import { DateTime } from '../parts/date-time.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { FactList } from '../parts/fact-list.tsx'
import { durationText } from '../parts/number-text.ts'
import { Asked } from '../parts/panel.tsx'
import { About } from './delivery-log.tsx'
import { notificationQuery } from './notification-queries.ts'
import { errorText, OUTCOME_MARKS, STATE_MARKS } from './notification-words.ts'
import { ToneMark } from '../parts/tone-mark.tsx'

interface NotificationDialogProps {
  readonly id: number
  readonly onClose: () => void
}

/** One message, and how each attempt to send it went. */
export function NotificationDialog({ id, onClose }: NotificationDialogProps): ReactNode {
  const details = useQuery({ ...notificationQuery(id), refetchInterval: 5000 })
  return (
    <Dialog title={`Notification ${id}`} onClose={onClose} className="dialog-side">
      <Asked query={details} lines={10}>
        {(shown) => <Details details={shown} />}
      </Asked>
    </Dialog>
  )
}

function Details({
  details: { notification, attempts },
}: {
  readonly details: NotificationDetails
}): ReactNode {
  const { channel, state, created_at, due_at, sent_at } = notification
  return (
    <>
      <p className="error-marks">
        <ToneMark mark={STATE_MARKS[state]} />
      </p>
      <FactList
        facts={[
          ['Channel', channel],
          ['About', <About key="about" notification={notification} />],
          ['Made', <DateTime key="made" at={created_at} precision="second" />],
          sent_at === null
            ? ['To be sent', <DateTime key="due" at={due_at} precision="second" />]
            : ['Sent', <DateTime key="sent" at={sent_at} precision="second" />],
        ]}
      />
      <section>
        <h3>Attempts</h3>
        {attempts.length === 0 ? (
          <p className="quiet-text">
            {state === 'waiting' ? 'It was not tried yet.' : 'It was not sent by itself.'}
          </p>
        ) : (
          <ol className="error-history">
            {attempts.map((attempt) => (
              <Attempt key={attempt.attempted_at} attempt={attempt} />
            ))}
          </ol>
        )}
      </section>
    </>
  )
}

function Attempt({ attempt }: { readonly attempt: AttemptRecord }): ReactNode {
  const { attempted_at, duration_ms, outcome, error, retry_after_ms } = attempt
  return (
    <li>
      <p>
        <ToneMark mark={OUTCOME_MARKS[outcome]} /> <DateTime at={attempted_at} precision="second" />, took{' '}
        {durationText(duration_ms / 1000)}
      </p>
      {error === null ? null : (
        <p className="quiet-text">
          {errorText(error)}
          {retry_after_ms === null
            ? ''
            : `; the channel asked to wait ${durationText(retry_after_ms / 1000)}`}
        </p>
      )}
    </li>
  )
}
