import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { ErrorGroupRecord } from '../../../src/api/errors/error-group-records.ts'
import { sessionQuery } from '../data/queries.ts'
import { MuteForm, type DecisionBody } from '../parts/decision-form.tsx'
import { notify } from '../parts/notices.tsx'
import { STATE_WORDS } from './error-words.ts'
import { decideAbout, type GroupAction } from './errors-queries.ts'

type Decide = (action: GroupAction, body?: DecisionBody) => Promise<void>

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
      {asks ? <MuteForm waits={waits} onDecide={(body) => void decide('mute', body)} /> : null}
      <p className="problem" role="alert">
        {problem}
      </p>
    </div>
  )
}
