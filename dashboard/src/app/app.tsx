import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, type ComponentType, type ReactNode } from 'react'
import { Route, Switch } from 'wouter'
import { ApiError } from '../data/api-client.ts'
import { LiveUpdates } from '../data/live-updates.ts'
import { OverviewPage } from '../overview/overview-page.tsx'
import { LiveContext } from './live-context.ts'
import { NotFoundPage } from './not-found-page.tsx'
import { Shell } from './shell.tsx'
import { SignInGate } from './sign-in-gate.tsx'

// The page that opens first comes with the application; each other comes when it is opened.
const SyncsPage = lazy(async () => pageOf((await import('../syncs/syncs-page.tsx')).SyncsPage))
const SyncPage = lazy(async () => pageOf((await import('../syncs/sync-page.tsx')).SyncPage))
const ErrorsPage = lazy(async () => pageOf((await import('../errors/errors-page.tsx')).ErrorsPage))
const PerformancePage = lazy(async () =>
  pageOf((await import('../performance/performance-page.tsx')).PerformancePage),
)
const LogsPage = lazy(async () => pageOf((await import('../logs/logs-page.tsx')).LogsPage))
const UsersPage = lazy(async () => pageOf((await import('../users/users-page.tsx')).UsersPage))
const UserPage = lazy(async () => pageOf((await import('../users/user-page.tsx')).UserPage))
const SystemPage = lazy(async () => pageOf((await import('../system/system-page.tsx')).SystemPage))

const pageOf = (component: ComponentType): { default: ComponentType } => ({ default: component })

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
        <Suspense fallback={<p className="page-waits">Loading…</p>}>
          <Switch>
            <Route path="/" component={OverviewPage} />
            <Route path="/syncs" component={SyncsPage} />
            <Route path="/syncs/:id" component={SyncPage} />
            <Route path="/errors" component={ErrorsPage} />
            <Route path="/performance" component={PerformancePage} />
            <Route path="/logs" component={LogsPage} />
            <Route path="/users" component={UsersPage} />
            <Route path="/users/:id" component={UserPage} />
            <Route path="/system" component={SystemPage} />
            <Route component={NotFoundPage} />
          </Switch>
        </Suspense>
      </Shell>
    </LiveContext>
  )
}
