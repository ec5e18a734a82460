import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import type { ErrorGroupRecord } from '../../../src/api/errors/error-group-records.ts'
import { sessionQuery } from '../data/queries.ts'
import { dateText } from '../parts/date-text.ts'
import { notify } from '../parts/notices.tsx'
import { useNow } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { MUTE_CHOICES, STATE_WORDS } from './error-words.ts'
import { decideAbout, type GroupAction } from './errors-queries.ts'

interface MuteBody {
  readonly until: string
  readonly reason: string
}
type Decide = (action: GroupAction, body?: MuteBody) => Promise<void>

/** What can be done about a group, for who may. */
export function ErrorActions({ group }: { readonly group: ErrorGroupRecord }): ReactNode {
  const queries = useQueryClient()
  const session = useQuery(sessionQuery())
  const [asks, setAsks] = useState(false)
  const [waits, setWaits] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  if (session.data === undefined) return null
  if (!session.data.scopes.includes('admin')) {
    return <p className="hint">To mute or resolve errors takes an access token with the scope admin.</p>
  }
  const decide: Decide = async (action, body) => {
    setWaits(true)
    setProblem(null)
    try {
      const { state } = await decideAbout(queries, group.id, action, body)
      setAsks(false)
      notify(`The error is ${STATE_WORDS[state].toLowerCase()} now.`)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'That failed.')
    } finally {
      setWaits(false)
    }
  }
  const button = (action: GroupAction, words: string): ReactNode => (
    <button type="button" disabled={waits} onClick={() => void decide(action)}>
      {words}
    </button>
  )
  const { state } = group
  return (
    <div className="error-actions">
      <div className="actions">
        {state === 'resolved' ? button('reopen', 'Open again') : button('resolve', 'Resolve')}
        {state === 'muted' ? button('unmute', 'End muting') : null}
        <button
          type="button"
          aria-expanded={asks}
          disabled={waits}
          onClick={() => {
            setAsks(!asks)
          }}
        >
          {state === 'muted' ? 'Mute for another time…' : 'Mute…'}
        </button>
      </div>
      {asks ? <MuteForm waits={waits} onMute={(body) => void decide('mute', body)} /> : null}
      <p className="problem" role="alert">
        {problem}
      </p>
    </div>
  )
}

interface MuteFormProps {
  readonly waits: boolean
  readonly onMute: (body: MuteBody) => void
}

function MuteForm({ waits, onMute }: MuteFormProps): ReactNode {
  const period = useId()
  const why = useId()
  const [ms, setMs] = useState(7 * 86_400_000)
  const zone = useZone()
  const until = useNow() + ms
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const given = new FormData(event.currentTarget).get('reason')
    const reason = typeof given === 'string' ? given.trim() : ''
    onMute({ until: new Date(Date.now() + ms).toISOString(), reason })
  }
  return (
    <form className="error-mute" onSubmit={submit} aria-label="Mute">
      <p className="field">
        <label htmlFor={period}>For</label>
        <select
          id={period}
          value={ms}
          onChange={(event) => {
            setMs(Number(event.currentTarget.value))
          }}
        >
          {MUTE_CHOICES.map((choice) => (
            <option key={choice.ms} value={choice.ms}>
              {choice.words}
            </option>
          ))}
        </select>
      </p>
      <p className="field">
        <label htmlFor={why}>Why (no names)</label>
        <input
          id={why}
          name="reason"
          required
          maxLength={500}
          placeholder="such as: Canvas is being upgraded"
        />
      </p>
      <button type="submit" className="primary" disabled={waits}>
        Mute until {dateText(until, zone, 'minute')}
      </button>
    </form>
  )
}
