import { useCallback } from 'react'
import { useLocation } from 'wouter'

/** Goes to the list of the syncs that started in a piece of time. */
export function useSyncsOf(): (from_ms: number, until_ms: number) => void {
  const [, go] = useLocation()
  return useCallback(
    (from_ms, until_ms) => {
      const query = new URLSearchParams({
        since: new Date(from_ms).toISOString(),
        until: new Date(until_ms).toISOString(),
      })
      go(`/syncs?${query.toString()}`)
    },
    [go],
  )
}
