import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import type { CleanupReport } from '../../../src/logs/cleanup/cleanup-report.ts'
import type { CleanupStatus } from '../../../src/logs/cleanup/log-directory.ts'
import { cleanupStatusQuery } from './system-queries.ts'

const WATCH_MS = 500
const USUAL_MS = 60_000
const STARTED = ['cleanup-started']

export interface Cleanups {
  readonly query: UseQueryResult<CleanupStatus>
  /** One that this browser has started runs. */
  readonly running: boolean
  /** What the one came to that this browser started last. */
  readonly ended: CleanupReport | null
  readonly started: (task_id: string) => void
}

/** The clean-ups, looked at often while one runs. It is known on the whole page, and when one comes back to it. */
export function useCleanups(): Cleanups {
  const queries = useQueryClient()
  const task_id = useQuery<string | null>({
    queryKey: STARTED,
    queryFn: () => null,
    initialData: null,
    staleTime: Infinity,
    gcTime: Infinity,
    refetchInterval: false,
  }).data
  const endOf = (status: CleanupStatus | undefined): CleanupReport | null =>
    status?.history.find((report) => report.task_id === task_id) ?? null
  const query = useQuery({
    ...cleanupStatusQuery(),
    refetchInterval: ({ state }) => (task_id !== null && endOf(state.data) === null ? WATCH_MS : USUAL_MS),
  })
  const ended = endOf(query.data)
  return {
    query,
    running: task_id !== null && ended === null,
    ended,
    started: (started_id) => {
      queries.setQueryData(STARTED, started_id)
      void queries.invalidateQueries({ queryKey: ['cleanup-status'] })
    },
  }
}
