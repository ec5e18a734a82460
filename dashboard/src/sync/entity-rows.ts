import type { CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { SYNCED_ENTITIES } from '../../../src/core/synced-entity.ts'

/** What became of the rows of one kind; null where nothing counts it. */
export interface EntityRow {
  readonly name: string
  readonly extracted: number
  readonly created: number | null
  readonly updated: number
  readonly unchanged: number | null
  readonly deleted: number | null
  readonly held: number | null
}

type Counted = Pick<SyncRecord, 'courses' | 'assignments' | 'submissions' | 'grades'>

/** Of what the record counts, its figures; of the rest, what the courses counted. */
export function entityRows(sync: Counted, courses: readonly CourseOutcomeRecord[]): EntityRow[] {
  const rows: EntityRow[] = [
    rowOf('Courses', sync.courses, null),
    rowOf('Assignments', sync.assignments, sumOf(courses, 'assignments')),
    rowOf('Submissions', sync.submissions, sumOf(courses, 'submissions')),
    {
      name: 'Grades',
      extracted: sync.grades.processed,
      created: null,
      updated: sync.grades.updated,
      // New and changed grades are counted together, and only they are.
      unchanged: null,
      deleted: null,
      held: null,
    },
  ]
  const told = new Set(['courses', 'assignments', 'submissions'])
  for (const entity of SYNCED_ENTITIES) {
    const sum = told.has(entity) ? null : sumOf(courses, entity)
    if (sum === null) continue
    const name = entity.charAt(0).toUpperCase() + entity.slice(1).replaceAll('_', ' ')
    rows.push({ name, ...sum, extracted: sum.processed })
  }
  return rows
}

interface Sum {
  processed: number
  created: number
  updated: number
  unchanged: number
  deleted: number
  held: number
}

function rowOf(
  name: string,
  { processed, created, updated }: { processed: number; created: number; updated: number },
  sum: Sum | null,
): EntityRow {
  // A job may count what is new without counting it as read.
  const unchanged = processed >= created + updated ? processed - created - updated : null
  return {
    name,
    extracted: processed,
    created,
    updated,
    unchanged,
    deleted: sum?.deleted ?? null,
    held: sum?.held ?? null,
  }
}

function sumOf(
  courses: readonly CourseOutcomeRecord[],
  entity: (typeof SYNCED_ENTITIES)[number],
): Sum | null {
  const sum = { processed: 0, created: 0, updated: 0, unchanged: 0, deleted: 0, held: 0 }
  let found = false
  for (const { entities } of courses) {
    const counts = entities[entity]
    if (counts === undefined) continue
    found = true
    for (const name of Object.keys(sum) as (keyof Sum)[]) sum[name] += counts[name]
  }
  return found ? sum : null
}
