import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Suspense, useEffect, useMemo, type ReactNode } from 'react'
import { Route, Router, Switch, useLocation } from 'wouter'
import { ApiError } from '../data/api-client.ts'
import { sessionQuery } from '../data/queries.ts'
import { LiveUpdates } from '../data/live-updates.ts'
import { BASE_PATH, withoutBasePath } from '../parts/base-path.ts'
import { OverviewPage } from '../overview/overview-page.tsx'
import { Arrival } from './arrival.tsx'
import { lazyPage } from './lazy-page.ts'
import { LiveContext } from './live-context.ts'
import { NotFoundPage } from './not-found-page.tsx'
import { PageBoundary } from './page-boundary.tsx'
import { PageWaits } from './page-waits.tsx'
import { onSessionChanged } from './session-changes.ts'
import { Shell } from './shell.tsx'
import { SignInGate } from './sign-in-gate.tsx'

// The page that opens first comes with the application; each other comes when it is opened.
const SyncsPage = lazyPage(async () => (await import('../syncs/syncs-page.tsx')).SyncsPage)
const SyncPage = lazyPage(async () => (await import('../sync/sync-page.tsx')).SyncPage)
const ErrorsPage = lazyPage(async () => (await import('../errors/errors-page.tsx')).ErrorsPage)
const IncidentsPage = lazyPage(async () => (await import('../incidents/incidents-page.tsx')).IncidentsPage)
const IncidentPage = lazyPage(async () => (await import('../incidents/incident-page.tsx')).IncidentPage)
const SchedulesPage = lazyPage(async () => (await import('../schedules/schedules-page.tsx')).SchedulesPage)
const NotificationsPage = lazyPage(
  async () => (await import('../notifications/notifications-page.tsx')).NotificationsPage,
)
const ReportsPage = lazyPage(async () => (await import('../reports/reports-page.tsx')).ReportsPage)
const PerformancePage = lazyPage(
  async () => (await import('../performance/performance-page.tsx')).PerformancePage,
)
const LogsPage = lazyPage(async () => {
  const { askFirstLines, LogsPage: page } = await import('../logs/logs-page.tsx')
  askFirstLines()
  return page
})
const UsersPage = lazyPage(async () => (await import('../users/users-page.tsx')).UsersPage)
const UserPage = lazyPage(async () => (await import('../users/user-page.tsx')).UserPage)
const SystemPage = lazyPage(async () => (await import('../system/system-page.tsx')).SystemPage)

const FIRST_PAGES = [
  [/^\/syncs\/?$/, SyncsPage],
  [/^\/syncs\/./, SyncPage],
  [/^\/errors/, ErrorsPage],
  [/^\/incidents\/?$/, IncidentsPage],
  [/^\/incidents\/./, IncidentPage],
  [/^\/schedules/, SchedulesPage],
  [/^\/notifications/, NotificationsPage],
  [/^\/reports/, ReportsPage],
  [/^\/performance/, PerformancePage],
  [/^\/logs/, LogsPage],
  [/^\/users\/?$/, UsersPage],
  [/^\/users\/./, UserPage],
  [/^\/system/, SystemPage],
] as const

// Its script comes while the server is asked who this is.
FIRST_PAGES.find(([path]) => path.test(withoutBasePath(location.pathname)))?.[1].preload()

/** A refusal stays one however often it is asked again. */
const mayTryAgain = (failures: number, error: Error): boolean =>
  failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500)

function queriesOfPage(): QueryClient {
  const queries = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { queryKey }) => {
        // The session has ended: what stands before the pages asks for a token then, at the same address.
        if (!(error instanceof ApiError) || error.status !== 401 || queryKey[0] === 'session') return
        void queries.invalidateQueries({ queryKey: ['session'] })
      },
    }),
    defaultOptions: {
      // Live updates say when something is out of date; this is for what they do not tell of, such as ages.
      queries: { staleTime: 30_000, refetchInterval: 60_000, retry: mayTryAgain },
    },
  })
  void queries.prefetchQuery(sessionQuery())
  return queries
}

export function App(): ReactNode {
  const queries = useMemo(queriesOfPage, [])
  useEffect(() => onSessionChanged(() => void queries.resetQueries()), [queries])
  return (
    <QueryClientProvider client={queries}>
      <Router base={BASE_PATH}>
        <SignInGate>
          <Pages queries={queries} />
        </SignInGate>
      </Router>
    </QueryClientProvider>
  )
}

function Pages({ queries }: { readonly queries: QueryClient }): ReactNode {
  const [path] = useLocation()
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
        <PageBoundary address={path}>
          <Suspense fallback={<PageWaits />}>
            <Arrival />
            <Switch>
              <Route path="/" component={OverviewPage} />
              <Route path="/syncs" component={SyncsPage} />
              <Route path={/^\/syncs\/(?<id>[0-9]{1,15})\/?$/} component={SyncPage} />
              <Route path="/syncs/:id">
                {({ id }) => (
                  <NotFoundPage
                    title="There is no such sync"
                    words={`Syncs have numbers; “${id}” is none.`}
                    back={{ path: '/syncs', words: 'All syncs' }}
                  />
                )}
              </Route>
              <Route path="/errors" component={ErrorsPage} />
              <Route path="/incidents" component={IncidentsPage} />
              <Route path="/incidents/:id" component={IncidentPage} />
              <Route path="/schedules" component={SchedulesPage} />
              <Route path="/notifications" component={NotificationsPage} />
              <Route path="/reports" component={ReportsPage} />
              <Route path="/performance" component={PerformancePage} />
              <Route path="/logs" component={LogsPage} />
              <Route path="/users" component={UsersPage} />
              <Route path="/users/:id" component={UserPage} />
              <Route path="/system" component={SystemPage} />
              <Route>
                <NotFoundPage />
              </Route>
            </Switch>
          </Suspense>
        </PageBoundary>
      </Shell>
    </LiveContext>
  )
}
