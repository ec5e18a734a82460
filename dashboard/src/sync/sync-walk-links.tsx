import { useMemo, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { useAddress } from '../parts/address.ts'
import { useKeys, type Key } from '../parts/keys.ts'
import { listAddress, syncAddress, useNeighbours } from '../syncs/sync-walk.ts'

/** Back to the list that led here, and through it. */
export function SyncWalkLinks({ id }: { readonly id: string }): ReactNode {
  const [filters] = useAddress()
  const [, go] = useLocation()
  const { previous, next } = useNeighbours(id, filters)
  const keys = useMemo((): readonly Key[] => {
    const walk = (to: number | null) => () => {
      if (to !== null) go(syncAddress(to, filters))
    }
    return [
      { keys: '[', words: 'The sync above it in the list', run: walk(previous) },
      { keys: ']', words: 'The sync below it in the list', run: walk(next) },
    ]
  }, [previous, next, filters, go])
  useKeys(keys)
  return (
    <nav className="walk" aria-label="Syncs of the list">
      <Link href={listAddress(filters)}>All syncs</Link>
      <span className="walk-steps">
        <WalkLink to={previous} filters={filters} sign="↑" words="Previous" />
        <WalkLink to={next} filters={filters} sign="↓" words="Next" />
      </span>
    </nav>
  )
}

interface WalkLinkProps {
  readonly to: number | null
  readonly filters: URLSearchParams
  readonly sign: string
  readonly words: string
}

/** Keeps its place when there is nothing to go to. */
function WalkLink({ to, filters, sign, words }: WalkLinkProps): ReactNode {
  const text = (
    <>
      <span aria-hidden="true">{sign}</span> {words}
    </>
  )
  if (to === null) return <span className="walk-step walk-end">{text}</span>
  return (
    <Link className="walk-step" href={syncAddress(to, filters)}>
      {text}
    </Link>
  )
}
