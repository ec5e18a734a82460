import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useMemo, type ReactNode } from 'react'
import { Route, Switch } from 'wouter'
import { ApiError } from '../data/api-client.ts'
import { LiveUpdates } from '../data/live-updates.ts'
import { OverviewPage } from '../overview/overview-page.tsx'
import { SyncPage } from '../syncs/sync-page.tsx'
import { SyncsPage } from '../syncs/syncs-page.tsx'
import { LiveContext } from './live-context.ts'
import { NotFoundPage } from './not-found-page.tsx'
import { Shell } from './shell.tsx'
import { SignInGate } from './sign-in-gate.tsx'

/** A refusal stays one however often it is asked again. */
const mayTryAgain = (failures: number, error: Error): boolean =>
  failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500)

function queriesOfPage(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // Live updates say when something is out of date; this is for what they do not tell of, such as ages.
      queries: { staleTime: 30_000, refetchInterval: 60_000, retry: mayTryAgain },
    },
  })
}

export function App(): ReactNode {
  const queries = useMemo(queriesOfPage, [])
  return (
    <QueryClientProvider client={queries}>
      <SignInGate>
        <Pages queries={queries} />
      </SignInGate>
    </QueryClientProvider>
  )
}

function Pages({ queries }: { readonly queries: QueryClient }): ReactNode {
  const live = useMemo(() => new LiveUpdates(queries), [queries])
  useEffect(() => {
    live.start()
    return () => {
      live.stop()
    }
  }, [live])
  return (
    <LiveContext value={live}>
      <Shell>
        <Switch>
          <Route path="/" component={OverviewPage} />
          <Route path="/syncs" component={SyncsPage} />
          <Route path="/syncs/:id" component={SyncPage} />
          <Route component={NotFoundPage} />
        </Switch>
      </Shell>
    </LiveContext>
  )
}
