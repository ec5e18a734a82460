import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { addressOf, ApiError, askJson } from '../data/api-client.ts'
import { sessionQuery } from '../data/queries.ts'
import { Failure } from '../parts/failure.tsx'
import { usePageTitle } from '../parts/page-title.ts'
import { BrandMark } from './icons.tsx'
import { PageWaits } from './page-waits.tsx'
import { tellSessionChanged } from './session-changes.ts'

/** Shows the pages to who may see them, and asks the others for a token. */
export function SignInGate({ children }: { readonly children: ReactNode }): ReactNode {
  const session = useQuery(sessionQuery())
  // Also later: a session ends.
  if (session.error instanceof ApiError && session.error.status === 401) return <SignIn />
  if (session.data !== undefined) return children
  if (session.error === null) return <Waits />
  return (
    <main className="page-alone">
      <section className="panel sign-in">
        <Name />
        <Failure error={session.error} onRetry={() => void session.refetch()} />
      </section>
    </main>
  )
}

/** Looks as the pages do before they are there, so that nothing jumps when they are. */
function Waits(): ReactNode {
  return (
    <>
      <header className="top">
        <span className="brand">
          <BrandMark />
          <span className="brand-name">Canvas syncs</span>
        </span>
      </header>
      <main>
        <PageWaits />
      </main>
    </>
  )
}

function Name(): ReactNode {
  return (
    <h1>
      <BrandMark />
      Canvas syncs
    </h1>
  )
}

function SignIn(): ReactNode {
  const queries = useQueryClient()
  const field = useId()
  const wrong = useId()
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
      // The token stays nowhere, not even in the field, where the next one is to be typed.
      form.reset()
      form.querySelector('input')?.focus()
    } finally {
      setWaits(false)
    }
  }

  return (
    <main className="page-alone">
      <form className="panel sign-in" onSubmit={(event) => void signIn(event)}>
        <Name />
        <p>This server shows its data to those who have an access token.</p>
        <label htmlFor={field}>Access token</label>
        {/* Nothing else can be done here. */}
        <input
          id={field}
          name="token"
          type="password"
          autoComplete="current-password"
          autoFocus
          required
          aria-invalid={problem !== null}
          aria-describedby={wrong}
        />
        <p id={wrong} className="sign-in-problem" role="alert">
          {problem}
        </p>
        <button type="submit" className="primary" disabled={waits}>
          {waits ? 'Signing in…' : 'Sign in'}
        </button>
        <div className="hint">
          <p>An administrator makes one on the server:</p>
          <code className="command">canvas-sync-monitor token create --name NAME --scope read</code>
        </div>
      </form>
    </main>
  )
}
