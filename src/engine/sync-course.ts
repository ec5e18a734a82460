import { entityWord, readSentence } from '../core/entity-words.ts'
import { addEntityCounts, noEntityCounts, type EntityCounts } from '../core/synced-entity.ts'
import type { Listing, ListingState } from '../store/synced-data-store.ts'
import type { CourseScope } from '../tracker/types.ts'
import type { ListedCourse } from './course.ts'
import { recordBatch, type EngineContext } from './engine-context.ts'
import { courseList, type CourseEntity, type EntityList } from './entity-lists.ts'
import { readList, unexpectedlyEmpty } from './read-list.ts'
import type { CanvasObject } from './row-mapper.ts'
import { overlookedGrades, planSubmissions } from './submissions-plan.ts'

type CountsByEntity = Partial<Record<CourseEntity, EntityCounts>>

/** Reads the given entities of one course, each to its end, and tells the sync what became of them. */
export async function syncCourse(
  context: EngineContext,
  course: ListedCourse,
  entities: readonly CourseEntity[],
  scope: CourseScope,
): Promise<void> {
  const done: CountsByEntity = {}
  for (const entity of entities) {
    const counts =
      entity === 'submissions'
        ? await syncSubmissions(context, course, done)
        : await readWhole(context, course, entity)
    done[entity] = counts
    scope.addEntity(entity, counts)
    recordEntity(context, course.id, entity, counts)
  }
}

async function syncSubmissions(
  context: EngineContext,
  course: ListedCourse,
  done: CountsByEntity,
): Promise<EntityCounts> {
  const plan = planSubmissions({
    full: context.full,
    concluded: course.concluded,
    now: context.clock.now(),
    full_read_every_ms: context.full_read_every_ms,
    state: await listingState(context, course.id, 'submissions'),
  })
  if (plan.read === 'full') return await readWhole(context, course, 'submissions')
  const counts = await readChanges(context, course, plan.since)
  if (overlookedGrades(done.enrollments ?? null, counts)) {
    addEntityCounts(counts, await readWhole(context, course, 'submissions'))
  }
  return counts
}

/** Reads a list whole; then what it no longer shows is known to be missing. */
async function readWhole(
  context: EngineContext,
  course: ListedCourse,
  entity: CourseEntity,
): Promise<EntityCounts> {
  const { data, clock, accept_deletions } = context
  const read_through_at = clock.now()
  const list_scope = { source_id: context.source.id, entity, listed_by: course.id }
  const listing = await beginListing(context, course.id, entity)
  const grades = new GradeWatch()
  const { counts, settled } = await read(
    context,
    course.id,
    listing,
    courseList(entity, course.id),
    (object) => {
      if (entity === 'enrollments') grades.see(object)
      return true
    },
  )
  if (counts.processed === 0 && !accept_deletions) {
    // Thrown before the listing is declared complete: an empty answer is no evidence of anything.
    const live = await data.countRows(list_scope)
    if (live > 0) throw unexpectedlyEmpty(`${entity} of course ${course.id}`, live)
  }
  const completed = settled
    ? await data.completeListing(listing, {
        read_through_at,
        // A concluded course shows less than it has.
        deletions: course.concluded ? 'never' : accept_deletions ? 'accept' : 'brake',
        final: course.concluded,
      })
    : { deleted: 0, held: 0 }
  counts.deleted += completed.deleted
  counts.held += completed.held
  reportLimits(context, course.id, entity, { settled, grades_hidden: grades.hidden })
  return counts
}

/** Reads what Canvas dates since `since`: handed in, and graded; both leave out rows without that date. */
async function readChanges(
  context: EngineContext,
  course: ListedCourse,
  since: number,
): Promise<EntityCounts> {
  const read_through_at = context.clock.now()
  const listing = await beginListing(context, course.id, 'submissions')
  const list = courseList('submissions', course.id)
  const after = new Date(since).toISOString()
  const counts = noEntityCounts()
  for (const filter of ['submitted_since', 'graded_since']) {
    const changes: EntityList = { ...list, params: { ...list.params, [filter]: after } }
    addEntityCounts(counts, (await read(context, course.id, listing, changes)).counts)
  }
  await context.data.completeIncremental(listing, read_through_at)
  return counts
}

function read(
  context: EngineContext,
  course_id: string,
  listing: Listing,
  list: EntityList,
  see?: (object: CanvasObject) => boolean,
): ReturnType<typeof readList> {
  const { client, data, clock, signal } = context
  return readList({
    client,
    data,
    listing,
    list,
    list_options: { signal, course_id },
    ...(see === undefined ? {} : { see }),
    onBatch: recordBatch(context, course_id),
    onSmallerPages: (per_page) => {
      const message = `Canvas took too long for a page of ${entityWord(listing.entity)} of course ${course_id}: reading them again, ${per_page} at a time.`
      const fields = { course_id, entity: listing.entity, per_page }
      context.sync.recordEvent('page_size_reduced', fields, message, 'WARNING')
    },
    monotonic: () => clock.monotonic(),
  })
}

function beginListing(context: EngineContext, course_id: string, entity: CourseEntity): Promise<Listing> {
  const scope = { source_id: context.source.id, entity, listed_by: course_id }
  return context.data.beginListing(scope, context.clock.now())
}

function listingState(
  context: EngineContext,
  course_id: string,
  entity: CourseEntity,
): Promise<ListingState | null> {
  return context.data.getListing({ source_id: context.source.id, entity, listed_by: course_id })
}

/** Whether students' grades are hidden from the token: then they are unknown, which is not the same as none. */
class GradeWatch {
  #students = 0
  #with_grades = 0

  see(enrollment: CanvasObject): void {
    if (enrollment['type'] !== 'StudentEnrollment') return
    this.#students++
    const grades = enrollment['grades']
    if (grades !== null && typeof grades === 'object' && 'current_score' in grades) this.#with_grades++
  }

  get hidden(): boolean {
    return this.#students > 0 && this.#with_grades === 0
  }
}

function reportLimits(
  { sync }: EngineContext,
  course_id: string,
  entity: CourseEntity,
  limits: { settled: boolean; grades_hidden: boolean },
): void {
  if (!limits.settled) {
    const message = `The ${entityWord(entity)} of course ${course_id} kept changing while they were read; the next sync reads them again.`
    sync.recordEvent('list_unsettled', { course_id, entity }, message, 'WARNING')
  }
  if (limits.grades_hidden) {
    const message = `Canvas hides the grades of course ${course_id} from this token; none were written.`
    sync.recordEvent('grades_hidden', { course_id }, message, 'WARNING')
  }
}

function recordEntity(
  { sync }: EngineContext,
  courseId: string,
  entity: CourseEntity,
  counts: EntityCounts,
): void {
  const { processed, created, updated, regraded } = counts
  const options = { processed, created, updated, courseId }
  if (entity === 'assignments') sync.recordAssignment(options)
  else if (entity === 'submissions') sync.recordSubmission(options)
  else if (entity === 'enrollments') sync.recordGrade({ processed, updated: regraded, courseId })
  else {
    const fields = { course_id: courseId, count: processed, created, updated }
    sync.recordEvent(`${entity}_synced`, fields, readSentence(entity, counts))
  }
}
