import { bucketStart } from '../core/time-buckets.ts'
import { MonitorError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import type { FigureDifference, FiguresPlace } from '../store/sync-figures.ts'

const DAY_MS = 86_400_000
/** What is looked at in passing: the days that somebody looks at first. */
const RECENT_DAYS = 3

/** Compares all figures with the rows, step by step; `progress` gets the number of steps so far. */
export async function checkFigures(
  { figures }: Pick<Store, 'figures'>,
  progress: (steps: number) => void = () => {},
): Promise<FigureDifference[]> {
  const differences: FigureDifference[] = []
  let place: FiguresPlace | null = null
  let steps = 0
  do {
    const step = await figures.check(place)
    differences.push(...step.differences)
    place = step.next
    progress(++steps)
  } while (place !== null)
  return differences
}

/** The same of the last days only, which takes a second at most. */
export async function checkRecentFigures(
  { figures }: Pick<Store, 'figures'>,
  now_ms: number,
): Promise<FigureDifference[]> {
  const differences: FigureDifference[] = []
  let place: FiguresPlace | null = {
    day: bucketStart('day', now_ms - (RECENT_DAYS + 1) * DAY_MS),
    user_id: null,
  }
  while (place !== null && place.user_id === null) {
    const step = await figures.check(place)
    differences.push(...step.differences)
    place = step.next
  }
  return differences
}

/** Makes all figures anew, in steps of one transaction each. */
export async function rebuildFigures(
  { figures }: Pick<Store, 'figures'>,
  progress: (steps: number) => void = () => {},
): Promise<void> {
  let place: FiguresPlace | null = null
  let steps = 0
  do {
    place = await figures.rebuild(place)
    progress(++steps)
  } while (place !== null)
}

export function figuresDiffer(differences: readonly FigureDifference[]): MonitorError {
  const [first] = differences
  const where =
    first === undefined ? '' : `, first in ${first.table} on ${new Date(first.bucket_start).toISOString()}`
  const sums = differences.length === 1 ? '1 sum does' : `${differences.length} sums do`
  return new MonitorError('storage', `${sums} not agree with the rows${where}.`, {
    next_step: 'Run migrate --rebuild-figures.',
  })
}
