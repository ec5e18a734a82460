import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { TokenInfo } from '../../../src/api/access/tokens.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Asked, Panel } from '../parts/panel.tsx'
import { Sign } from '../parts/sign.tsx'
import { When } from './server-panel.tsx'
import { revokeToken, tokensQuery } from './system-queries.ts'
import { dateText } from '../parts/date-text.ts'
import { useZone } from '../parts/time-zone.ts'

interface TokensPanelProps {
  /** The token that the browser is signed in with; null where none is needed. */
  readonly own_id: string | null
}

/** Who may come in. */
export function TokensPanel({ own_id }: TokensPanelProps): ReactNode {
  const query = useQuery(tokensQuery())
  const [going, setGoing] = useState<TokenInfo | null>(null)
  return (
    <Panel title="Access tokens">
      <div className="list-room">
        <Asked query={query}>
          {({ tokens }) =>
            tokens.length === 0 ? (
              <p className="empty">There is no token: programs of this machine need none.</p>
            ) : (
              <TokenTable tokens={tokens} onRevoke={setGoing} />
            )
          }
        </Asked>
        <p className="hint">
          A new one: <code>canvas-sync-monitor token create --name NAME --scope read</code>
        </p>
      </div>
      {going === null ? null : (
        <RevokeDialog
          token={going}
          own={going.id === own_id}
          onClose={() => {
            setGoing(null)
          }}
        />
      )}
    </Panel>
  )
}

interface TokenTableProps {
  readonly tokens: readonly TokenInfo[]
  readonly onRevoke: (token: TokenInfo) => void
}

const STATUS = {
  active: { shape: 'check', words: 'Active' },
  expired: { shape: 'clock', words: 'Expired' },
  revoked: { shape: 'barred', words: 'Revoked' },
} as const

function TokenTable({ tokens, onRevoke }: TokenTableProps): ReactNode {
  return (
    <div className="wide tall" role="group" aria-label="Access tokens" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">May</th>
            <th scope="col">Status</th>
            <th scope="col">Last used</th>
            <th scope="col">Ends</th>
            <th scope="col">
              <span className="unseen">Revoke</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <th scope="row" title={`Id ${token.id}, made by ${token.created_by}`}>
                {token.name}
              </th>
              <td>{token.scopes.join(', ')}</td>
              <td className={`nowrap token-${token.status}`}>
                <Sign shape={STATUS[token.status].shape} /> {STATUS[token.status].words}
              </td>
              <td className="nowrap">
                <When at={token.last_used_at} />
              </td>
              <td className="nowrap">
                <End at={token.expires_at} />
              </td>
              <td className="numeric">
                {token.status === 'active' ? (
                  <button
                    type="button"
                    aria-label={`Revoke ${token.name}`}
                    onClick={() => {
                      onRevoke(token)
                    }}
                  >
                    Revoke…
                  </button>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function End({ at }: { readonly at: string | null }): ReactNode {
  const zone = useZone()
  if (at === null) return 'never'
  return (
    <time dateTime={at} title={at}>
      {dateText(Date.parse(at), zone, 'minute')}
    </time>
  )
}

interface RevokeDialogProps {
  readonly token: TokenInfo
  readonly own: boolean
  readonly onClose: () => void
}

function RevokeDialog({ token, own, onClose }: RevokeDialogProps): ReactNode {
  const queries = useQueryClient()
  const [problem, setProblem] = useState<string | null>(null)
  const [waits, setWaits] = useState(false)
  const revoke = async (): Promise<void> => {
    setWaits(true)
    try {
      await revokeToken(token.id)
      onClose()
      // Who has revoked the own token is asked for another one.
      await queries.invalidateQueries({ predicate: ({ queryKey }) => LOOKED_AT.has(queryKey[0]) })
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The token could not be revoked.')
      setWaits(false)
    }
  }
  return (
    <Dialog title={`Revoke “${token.name}”?`} onClose={onClose} className="dialog-narrow">
      <p>
        Programs that use it are refused at once, and browsers that signed in with it are signed out. This
        cannot be undone.
      </p>
      {own ? <p className="cleanup-problem">You are signed in with it yourself.</p> : null}
      <p className="cleanup-problem" role="alert">
        {problem}
      </p>
      <div className="dialog-actions">
        <button type="button" onClick={onClose}>
          Keep it
        </button>
        <button type="button" className="primary" disabled={waits} onClick={() => void revoke()}>
          {waits ? 'Revoking…' : 'Revoke it'}
        </button>
      </div>
    </Dialog>
  )
}

const LOOKED_AT: ReadonlySet<unknown> = new Set(['tokens', 'audit', 'session'])
