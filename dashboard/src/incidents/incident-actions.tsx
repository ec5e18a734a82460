import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { IncidentRecord } from '../../../src/core/incident-record.ts'
import { sessionQuery } from '../data/queries.ts'
import { MuteForm, ResolveForm, type DecisionBody } from '../parts/decision-form.tsx'
import { notify } from '../parts/notices.tsx'
import { decideAbout, type IncidentAction } from './incident-queries.ts'
import { STATE_WORDS } from './incident-rule-words.ts'

type Asks = 'mute' | 'resolve' | null
type Decide = (action: IncidentAction, body?: DecisionBody) => Promise<void>

/** What can be done about an incident that is not over, for who may. */
export function IncidentActions({ incident }: { readonly incident: IncidentRecord }): ReactNode {
  const queries = useQueryClient()
  const session = useQuery(sessionQuery())
  const [asks, setAsks] = useState<Asks>(null)
  const [waits, setWaits] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const { id, state } = incident
  if (session.data === undefined || state === 'resolved') return null
  if (!session.data.scopes.includes('admin')) {
    return <p className="hint">To acknowledge, mute or resolve takes an access token with the scope admin.</p>
  }
  const decide: Decide = async (action, body) => {
    setWaits(true)
    setProblem(null)
    try {
      const { incident: decided } = await decideAbout(queries, id, action, body)
      setAsks(null)
      notify(`The incident is ${STATE_WORDS[decided.state].toLowerCase()} now.`)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'That failed.')
    } finally {
      setWaits(false)
    }
  }
  const opens = (form: Exclude<Asks, null>, words: string): ReactNode => (
    <button
      type="button"
      aria-expanded={asks === form}
      disabled={waits}
      onClick={() => {
        setAsks(asks === form ? null : form)
      }}
    >
      {words}
    </button>
  )
  const button = (action: IncidentAction, words: string): ReactNode => (
    <button type="button" disabled={waits} onClick={() => void decide(action)}>
      {words}
    </button>
  )
  return (
    <div className="error-actions">
      <div className="actions">
        {state === 'open' ? button('acknowledge', 'Acknowledge') : null}
        {state === 'muted' ? button('unmute', 'End muting') : null}
        {opens('mute', state === 'muted' ? 'Mute for another time…' : 'Mute…')}
        {opens('resolve', 'Resolve…')}
      </div>
      {asks === 'mute' ? <MuteForm waits={waits} onDecide={(body) => void decide('mute', body)} /> : null}
      {asks === 'resolve' ? (
        <ResolveForm waits={waits} onDecide={(body) => void decide('resolve', body)} />
      ) : null}
      <p className="problem" role="alert">
        {problem}
      </p>
    </div>
  )
}
