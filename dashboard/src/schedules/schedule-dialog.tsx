import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { ScheduleDetails, ScheduleRecord } from '../../../src/schedules/schedule-records.ts'
import { Ahead, DateTime } from '../parts/date-time.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { FactList, type Fact } from '../parts/fact-list.tsx'
import { Asked } from '../parts/panel.tsx'
import { Segments } from '../parts/segments.tsx'
import { userAddress } from '../users/user-address.ts'
import { DueRuns } from './due-runs.tsx'
import { PauseButton } from './pause-button.tsx'
import { ScheduleMark } from './schedule-mark.tsx'
import { scheduleQuery } from './schedule-queries.ts'
import { isUnserved, spanText, timesText } from './schedule-states.ts'

interface ScheduleDialogProps {
  readonly slug: string
  readonly onClose: () => void
}

/** One schedule, at the side of the list. */
export function ScheduleDialog({ slug, onClose }: ScheduleDialogProps): ReactNode {
  const details = useQuery(scheduleQuery(slug))
  return (
    <Dialog title={`Schedule ${slug}`} onClose={onClose} className="dialog-side">
      <Asked query={details} lines={14}>
        {(shown) => <Details details={shown} />}
      </Asked>
    </Dialog>
  )
}

function Details({ details }: { readonly details: ScheduleDetails }): ReactNode {
  const { schedule, next_due_at } = details
  return (
    <>
      <p className="error-marks">
        <ScheduleMark schedule={schedule} />
        <code>{timesText(schedule)}</code>
        <span className="quiet-text">{schedule.time_zone}</span>
      </p>
      <PauseButton schedule={schedule} />
      <FactList facts={factsOf(schedule)} />
      <section>
        <h3>Next times</h3>
        {next_due_at.length === 0 ? (
          <p className="quiet-text">
            {schedule.paused ? 'Nothing is expected until it is resumed.' : 'Nothing is due any more.'}
          </p>
        ) : (
          <ul className="error-lines">
            {next_due_at.map((at) => (
              <li key={at}>
                <DateTime at={at} />
                <span />
                <span className="quiet-text">
                  <Ahead at={at} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <Pauses schedule={schedule} />
      <History details={details} />
    </>
  )
}

function factsOf({
  sync_type,
  user_id,
  margin_seconds,
  max_run_seconds,
  origin,
  owner,
}: ScheduleRecord): readonly Fact[] {
  return [
    ['Type of sync', sync_type],
    [
      'User',
      user_id === null ? (
        'any'
      ) : (
        <Link key="user" href={userAddress(String(user_id))}>
          user {user_id}
        </Link>
      ),
    ],
    ['May start late by', spanText(margin_seconds)],
    ['May run for', max_run_seconds === null ? 'no limit of its own' : spanText(max_run_seconds)],
    ['Declared by', ORIGINS[origin]],
    ...(owner === null ? [] : [['Told to', owner] as const]),
  ]
}

const ORIGINS: Readonly<Record<ScheduleRecord['origin'], string>> = {
  config: 'the configuration',
  api: 'the API',
  ping: 'a ping',
}

function Pauses({ schedule: { pauses } }: { readonly schedule: ScheduleRecord }): ReactNode {
  if (pauses.length === 0) return null
  return (
    <section>
      <h3>Days without it</h3>
      <ul className="error-history">
        {pauses.map(({ from, until, reason }) => (
          <li key={`${from} ${until}`}>
            <p>{from === until ? from : `${from} to ${until}`}</p>
            {reason === null ? null : <p className="quiet-text">{reason}</p>}
          </li>
        ))}
      </ul>
    </section>
  )
}

const EVERY = { words: 'All', holds: () => true }
const CHOICES = [EVERY, { words: 'Not on time', holds: isUnserved }] as const

function History({ details: { due_runs } }: { readonly details: ScheduleDetails }): ReactNode {
  const [choice, setChoice] = useState<(typeof CHOICES)[number]>(EVERY)
  const shown = due_runs.filter((run) => choice.holds(run))
  return (
    <section>
      <h3>Last times</h3>
      {due_runs.length === 0 ? (
        <p className="quiet-text">It was not due yet.</p>
      ) : (
        <>
          <Segments legend="Which times" choices={CHOICES} chosen={choice} onChoose={setChoice} />
          {shown.length === 0 ? (
            <p className="quiet-text">
              Of the last {due_runs.length} times every sync started when it was due.
            </p>
          ) : (
            <DueRuns runs={shown} />
          )}
        </>
      )}
    </section>
  )
}
