import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { ScheduleRecord } from '../../../src/schedules/schedule-records.ts'
import { sessionQuery } from '../data/queries.ts'
import { notify } from '../parts/notices.tsx'
import { pauseSchedule } from './schedule-queries.ts'

/** Expects nothing for a while, and again; for who may. */
export function PauseButton({ schedule }: { readonly schedule: ScheduleRecord }): ReactNode {
  const queries = useQueryClient()
  const session = useQuery(sessionQuery())
  const [waits, setWaits] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  if (session.data === undefined) return null
  if (!session.data.scopes.includes('admin')) {
    return <p className="hint">To pause schedules takes an access token with the scope admin.</p>
  }
  const change = async (): Promise<void> => {
    setWaits(true)
    setProblem(null)
    try {
      const { paused } = await pauseSchedule(queries, schedule.slug, schedule.paused ? 'resume' : 'pause')
      notify(paused ? 'Nothing is expected until it is resumed.' : 'It is expected again from now on.')
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'That failed.')
    } finally {
      setWaits(false)
    }
  }
  return (
    <div className="error-actions">
      <div className="actions">
        <button type="button" disabled={waits} onClick={() => void change()}>
          {schedule.paused ? 'Resume' : 'Pause'}
        </button>
      </div>
      <p className="problem" role="alert">
        {problem}
      </p>
    </div>
  )
}
