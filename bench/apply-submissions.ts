import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { CanvasClient, CanvasPage } from '../src/canvas/types.ts'
import { addEntityCounts, noEntityCounts, type EntityCounts } from '../src/core/synced-entity.ts'
import { CourseQueue } from '../src/engine/course-queue.ts'
import { readList } from '../src/engine/read-list.ts'
import type { CanvasObject } from '../src/engine/row-mapper.ts'
import { openStore } from '../src/store/open-store.ts'
import type { Store } from '../src/store/store.ts'
import { figure, type Benchmark, type Figure } from './benchmark.ts'
import { canvasSubmission, type SubmissionSet } from './support/canvas-submissions.ts'
import { insertPlainly } from './support/plain-insert.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const ROWS_PER_PAGE = 100
/** The engine's default. */
const COURSES_AT_ONCE = 16
const TARGET = { at_least: 40_000 }
/** Which submissions have another version in a pass. */
type VersionOf = (number: number) => number

interface Pass {
  readonly rows_per_second: number
  readonly counts: EntityCounts
}

function* objectsOf(set: SubmissionSet, course: number, versionOf: VersionOf): Generator<CanvasObject> {
  const count = set.assignments_per_course * set.students_per_course
  for (let number = 0; number < count; number++) {
    yield canvasSubmission(set, { course, number, version: versionOf(number) })
  }
}

/** A client whose pages are made here: what is measured begins where Canvas's answer has been parsed. */
function clientOf(objects: Iterable<CanvasObject>): CanvasClient {
  async function* pages(): AsyncGenerator<CanvasPage<CanvasObject>> {
    let items: CanvasObject[] = []
    let page = 1
    const pageOf = (has_next: boolean): CanvasPage<CanvasObject> => {
      return { items, page, status: 200, bytes: 0, duration_ms: 0, has_next, missing_fields: [] }
    }
    for (const object of objects) {
      items.push(object)
      if (items.length < ROWS_PER_PAGE) continue
      yield pageOf(true)
      items = []
      page++
    }
    yield pageOf(false)
  }
  return { pages } as unknown as CanvasClient
}

/** One whole read of every course, as the engine does it: several courses at once, a page ahead in each. */
async function readAll(
  store: Store,
  source_id: number,
  set: SubmissionSet,
  versionOf: VersionOf,
): Promise<Pass> {
  const counts = noEntityCounts()
  const courses = Array.from({ length: set.courses }, (_, course) => course)
  const started_ms = performance.now()
  await new CourseQueue(COURSES_AT_ONCE).run(courses, new AbortController().signal, async (course) => {
    const scope = { source_id, entity: 'submissions', listed_by: String(course + 1) } as const
    const listing = await store.data.beginListing(scope, Date.now())
    const read = await readList({
      client: clientOf(objectsOf(set, course, versionOf)),
      data: store.data,
      listing,
      list: { path: '', params: {}, stable: true, always_linked: true },
      list_options: {},
      onBatch: () => undefined,
      monotonic: () => performance.now(),
    })
    addEntityCounts(counts, read.counts)
    await store.data.completeListing(listing, { read_through_at: Date.now(), deletions: 'brake' })
  })
  const seconds = (performance.now() - started_ms) / 1000
  return { rows_per_second: counts.processed / seconds, counts }
}

function peerRate(path: string, set: SubmissionSet): number {
  function* all(): Generator<CanvasObject> {
    for (let course = 0; course < set.courses; course++) yield* objectsOf(set, course, () => 0)
  }
  const rows = set.courses * set.assignments_per_course * set.students_per_course
  return rows / (insertPlainly(path, all()) / 1000)
}

function expectCounts({ counts }: Pass, expected: Partial<EntityCounts>): void {
  for (const [name, count] of Object.entries(expected)) {
    const got = counts[name as keyof EntityCounts]
    if (got !== count) throw new Error(`Expected ${count} ${name}, got ${got}.`)
  }
}

export const benchmark: Benchmark = {
  name: 'apply-submissions',
  async run({ quick, progress }) {
    const set: SubmissionSet = {
      courses: quick ? 20 : 200,
      assignments_per_course: 20,
      students_per_course: 250,
    }
    const rows = set.courses * set.assignments_per_course * set.students_per_course
    using directory = temporaryDirectory()

    // The peer's share is smaller, in its favour: its table stays small and in memory.
    const peer = peerRate(join(directory.path, 'plain.db'), { ...set, courses: set.courses / 5 })
    progress(`plain inserts: ${Math.round(peer)} rows/s`)

    const path = join(directory.path, 'canvas-sync.db')
    const figures: Figure[] = []
    await using store = await openStore(`sqlite:${path}`)
    const source = await store.data.openSource('https://canvas.example.edu', '1', Date.now())
    const passes: readonly [string, VersionOf, Partial<EntityCounts>][] = [
      ['created', () => 0, { created: rows }],
      ['unchanged', () => 0, { unchanged: rows }],
      ['5 % changed', (number) => (number % 20 === 0 ? 1 : 0), { updated: rows / 20 }],
    ]
    for (const [name, versionOf, expected] of passes) {
      const cpu = process.cpuUsage()
      const pass = await readAll(store, source.id, set, versionOf)
      const { user, system } = process.cpuUsage(cpu)
      expectCounts(pass, { processed: rows, ...expected })
      const rate = pass.rows_per_second
      const cpu_us = (user + system) / rows
      progress(`${name}: ${Math.round(rate)} rows/s, ${cpu_us.toFixed(1)} µs of processor time per row`)
      figures.push(
        figure(`apply-submissions, ${name}`, rate, 'rows/s', {
          target: TARGET,
          ratios: { 'plain inserts': rate / peer },
        }),
      )
    }
    const mebibytes = statSync(path).size / 1024 ** 2
    figures.push(figure('apply-submissions, database file', mebibytes, 'MiB'))
    figures.push(figure('apply-submissions, plain inserts', peer, 'rows/s'))
    return figures
  },
}
