import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { addressOf, ApiError, askJson } from '../data/api-client.ts'
import { sessionQuery } from '../data/queries.ts'
import { Failure } from '../parts/failure.tsx'
import { usePageTitle } from '../parts/page-title.ts'
import { BrandMark } from './icons.tsx'
import { tellSessionChanged } from './session-changes.ts'

/** Shows the pages to who may see them, and asks the others for a token. */
export function SignInGate({ children }: { readonly children: ReactNode }): ReactNode {
  const session = useQuery(sessionQuery())
  // Also later: a session ends.
  if (session.error instanceof ApiError && session.error.status === 401) return <SignIn />
  if (session.data !== undefined) return children
  if (session.error === null) return <p className="page-alone quiet-text">Asking the server…</p>
  return (
    <main className="page-alone">
      <Failure error={session.error} onRetry={() => void session.refetch()} />
    </main>
  )
}

function SignIn(): ReactNode {
  const queries = useQueryClient()
  const field = useId()
  usePageTitle('Sign in')
  const [problem, setProblem] = useState<string | null>(null)
  const [waits, setWaits] = useState(false)

  const signIn = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const form = event.currentTarget
    const given = new FormData(form).get('token')
    const token = typeof given === 'string' ? given.trim() : ''
    setWaits(true)
    setProblem(null)
    try {
      const body = JSON.stringify({ token })
      const headers = { 'content-type': 'application/json' }
      await askJson(addressOf('/session'), { method: 'POST', headers, body })
      tellSessionChanged()
      await queries.resetQueries()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The sign-in failed.')
      // The token stays nowhere, not even in the field.
      form.reset()
    } finally {
      setWaits(false)
    }
  }

  return (
    <main className="page-alone">
      <form className="panel sign-in" onSubmit={(event) => void signIn(event)}>
        <h1>
          <BrandMark />
          Canvas syncs
        </h1>
        <p>This server shows its data to who has an access token.</p>
        <label htmlFor={field}>Access token</label>
        <input id={field} name="token" type="password" autoComplete="current-password" required />
        <p className="sign-in-problem" role="alert">
          {problem}
        </p>
        <button type="submit" className="primary" disabled={waits}>
          {waits ? 'Signing in…' : 'Sign in'}
        </button>
        <p className="hint">
          An administrator makes one on the server:{' '}
          <code>canvas-sync-monitor token create --name NAME --scope read</code>
        </p>
      </form>
    </main>
  )
}
