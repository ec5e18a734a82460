import { memo, type NamedExoticComponent, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { Beat } from '../../../src/api/users/beats.ts'
import { useZone } from '../parts/time-zone.ts'
import { beatClass, beatsText, beatText, longestOf } from './beat-rules.ts'
import { useRoving } from './roving.ts'

const STEPS = { ArrowLeft: -1, ArrowRight: 1 } as const

interface BeatBarProps {
  /** Newest first, as the API gives them. */
  readonly beats: readonly Beat[]
  /** Whose runs they are: `Runs of user 42`. */
  readonly title: string
}

/**
 * The newest runs as bars, the oldest at the left: as high as they took long, each a link to its sync. The words beside
 * them say the same. One stop of the tab key; arrow keys go from bar to bar.
 */
export const BeatBar: NamedExoticComponent<BeatBarProps> = memo(function BeatBar({
  beats,
  title,
}: BeatBarProps): ReactNode {
  const zone = useZone()
  const roving = useRoving(beats.length, STEPS)
  const longest_seconds = longestOf(beats)
  return (
    <div className="beat-bar">
      <ol className="beats" aria-label={title}>
        {beats.toReversed().map((beat, index) => {
          const words = beatText(beat, zone)
          return (
            <li key={beat.sync_id}>
              <Link
                href={`/syncs/${beat.sync_id}`}
                className={beatClass(beat, longest_seconds)}
                aria-label={words}
                title={words}
                {...roving(index)}
              />
            </li>
          )
        })}
      </ol>
      <p className="beats-text">{beatsText(beats)}</p>
    </div>
  )
})
