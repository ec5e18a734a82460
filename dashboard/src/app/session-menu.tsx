import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SessionInfo } from '../../../src/api/access/sessions.ts'
import { addressOf, askJson } from '../data/api-client.ts'
import { sessionQuery } from '../data/queries.ts'
import { dateText } from '../parts/date-text.ts'
import { Menu } from '../parts/menu.tsx'
import { notify } from '../parts/notices.tsx'
import { useZone } from '../parts/time-zone.ts'
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
  const name = session.token_name ?? session.token_id
  return (
    <div className="session">
      <Menu
        hint={`Signed in with the token ${name ?? ''}`}
        name={
          <>
            <Icon name="person" />
            <span className="tool-name">{name}</span>
          </>
        }
      >
        {(close) => (
          <>
            <SessionFacts session={session} name={name} />
            <button
              type="button"
              onClick={() => {
                close()
                void signOut()
              }}
            >
              <Icon name="leave" />
              Sign out
            </button>
          </>
        )}
      </Menu>
    </div>
  )
}

interface SessionFactsProps {
  readonly session: SessionInfo
  readonly name: string | null
}

function SessionFacts({ session: { scopes, users, expires_at }, name }: SessionFactsProps): ReactNode {
  const zone = useZone()
  return (
    <dl className="session-facts">
      <dt>Signed in as</dt>
      <dd>{name}</dd>
      <dt>Rights</dt>
      <dd>{scopes.join(', ')}</dd>
      <dt>Users</dt>
      <dd>{users === null ? 'all' : users.join(', ')}</dd>
      {expires_at === null ? null : (
        <>
          <dt>Until</dt>
          <dd>
            <time dateTime={expires_at}>{dateText(Date.parse(expires_at), zone, 'minute')}</time>
          </dd>
        </>
      )}
    </dl>
  )
}
