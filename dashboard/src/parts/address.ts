import { useCallback, useMemo } from 'react'
import { navigate, usePathname, useSearch } from 'wouter/use-browser-location'

type Change = URLSearchParams | ((now: URLSearchParams) => URLSearchParams)

/**
 * The query of the address as the browser has it, and how to change it. The router's own hook decodes it once too often,
 * and the path as well: an id such as `a%2Fb` would become another one.
 */
export function useAddress(): readonly [URLSearchParams, (change: Change) => void] {
  const search = useSearch()
  const path = usePathname()
  const address = useMemo(() => new URLSearchParams(search), [search])
  const set = useCallback(
    (change: Change) => {
      const query = (typeof change === 'function' ? change(address) : change).toString()
      navigate(query === '' ? path : `${path}?${query}`)
    },
    [address, path],
  )
  return [address, set]
}
