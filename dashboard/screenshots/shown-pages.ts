/** A page of the dashboard, and how its pictures are called. */
export interface ShownPage {
  readonly name: string
  /** Where it is; of a server that has syncs the newest partial and the newest failed one can be named. */
  address(ids: ShownIds): string
  /** Only where there is something. */
  readonly full_only?: true
}

export interface ShownIds {
  readonly partial: number
  readonly running: number
  readonly incident: number
}

export const SHOWN_PAGES: readonly ShownPage[] = [
  { name: 'overview', address: () => '/' },
  { name: 'syncs', address: () => '/syncs' },
  { name: 'sync', address: ({ partial }) => `/syncs/${partial}`, full_only: true },
  { name: 'sync-running', address: ({ running }) => `/syncs/${running}`, full_only: true },
  { name: 'errors', address: () => '/errors' },
  { name: 'incidents', address: () => '/incidents?state=all' },
  { name: 'incident', address: ({ incident }) => `/incidents/${incident}`, full_only: true },
  { name: 'schedules', address: () => '/schedules' },
  { name: 'schedule', address: () => '/schedules?schedule=nightly', full_only: true },
  { name: 'notifications', address: () => '/notifications' },
  { name: 'reports', address: () => '/reports' },
  { name: 'performance', address: () => '/performance' },
  { name: 'logs', address: () => '/logs' },
  { name: 'users', address: () => '/users' },
  { name: 'user', address: () => '/users/1', full_only: true },
  { name: 'system', address: () => '/system' },
]
