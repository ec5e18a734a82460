import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SessionInfo } from '../../../src/api/access/sessions.ts'
import { addressOf, askJson } from '../data/api-client.ts'
import { sessionQuery } from '../data/queries.ts'
import { notify } from '../parts/notices.tsx'
import { Icon } from './icons.tsx'
import { tellSessionChanged } from './session-changes.ts'

/** Who is signed in, with what rights, and the way out. Where no token is asked for there is nothing to show. */
export function SessionMenu(): ReactNode {
  const { data: session } = useQuery(sessionQuery())
  const queries = useQueryClient()
  if (session?.kind !== 'session') return null
  const signOut = async (): Promise<void> => {
    try {
      await askJson(addressOf('/session/end'), { method: 'POST' })
      tellSessionChanged()
      await queries.resetQueries()
    } catch (error) {
      notify(error instanceof Error ? error.message : 'The sign-out failed.')
    }
  }
  return (
    <span className="session">
      <span className="session-who" title={whose(session)}>
        {session.token_name ?? session.token_id}{' '}
        <span className="quiet-text">{session.scopes.join(', ')}</span>
      </span>
      <button type="button" className="bare" title="Sign out" onClick={() => void signOut()}>
        <Icon name="leave" />
        <span className="on-wide">Sign out</span>
      </button>
    </span>
  )
}

function whose({ users, expires_at }: SessionInfo): string {
  const data = users === null ? 'May see all users' : `May see the users ${users.join(', ')}`
  return expires_at === null ? data : `${data}; until ${expires_at}`
}
