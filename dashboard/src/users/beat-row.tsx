import { memo, type NamedExoticComponent, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { Beat } from '../../../src/api/users/beats.ts'
import { useZone } from '../parts/time-zone.ts'
import { beatClass, beatsText, beatText, longestOf } from './beat-rules.ts'

interface BeatRowProps {
  /** Newest first, as the API gives them. */
  readonly beats: readonly Beat[]
  /** Whose runs they are: `Runs of user 42`. */
  readonly title: string
  /** Of the page on which each run can be opened. */
  readonly href: string
}

/**
 * The newest runs of one of many as bars, the oldest at the left: a picture, too fine to hit a bar of it. All of it leads
 * where the name of its row leads, which the tab key reaches.
 */
export const BeatRow: NamedExoticComponent<BeatRowProps> = memo(function BeatRow({
  beats,
  title,
  href,
}: BeatRowProps): ReactNode {
  const zone = useZone()
  const longest_seconds = longestOf(beats)
  const words = beatsText(beats)
  return (
    <Link href={href} className="beat-row" tabIndex={-1} aria-label={`${title}: ${words}`}>
      <span className="beats">
        {beats.toReversed().map((beat) => (
          <span
            key={beat.sync_id}
            className={beatClass(beat, longest_seconds)}
            title={beatText(beat, zone)}
          />
        ))}
      </span>
      <span className="beats-text">{words}</span>
    </Link>
  )
})
