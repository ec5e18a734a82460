import { MissingFields } from '../canvas/missing-fields.ts'
import { MonitorError } from '../core/errors.ts'
import { addEntityCounts, noEntityCounts, type EntityCounts } from '../core/synced-entity.ts'
import type { Listing } from '../store/synced-data-store.ts'
import { listedCourse, type ListedCourse } from './course.ts'
import { recordBatch, type EngineContext } from './engine-context.ts'
import { coursesList, COURSE_PARAMS, type EntityList } from './entity-lists.ts'
import { readList, unexpectedlyEmpty, type ReadListResult } from './read-list.ts'
import { toSyncedRow, type CanvasObject } from './row-mapper.ts'
import { TermCollector } from './terms.ts'

/** What every course has that was asked for with `include[]`, unless Canvas dropped the include. */
const EXPECTED_FIELDS = ['term']

export interface CourseSelection {
  /** Only these courses, each read by its id; empty for all. */
  readonly courses: readonly string[]
  /** All courses of this account instead of those of the token's owner. */
  readonly account: string | null
}

export interface CourseList {
  readonly courses: readonly ListedCourse[]
  /** Courses that were listed before and are not now; their rows are kept. */
  readonly vanished: readonly string[]
}

/** Reads the list of courses, writes it, and with it the terms that it names. */
export async function listCourses(context: EngineContext, selection: CourseSelection): Promise<CourseList> {
  const terms = new TermCollector()
  const courses = new Map<string, ListedCourse>()
  const see = (object: CanvasObject): boolean => {
    const course = listedCourse(object)
    courses.set(course.id, course)
    terms.see(object)
    // All that Canvas shows of a restricted course is its id: that must not replace what is known of it.
    return !course.restricted
  }
  const { counts, vanished } =
    selection.courses.length > 0
      ? await readById(context, selection.courses, see, courses)
      : await readCourseList(context, selection.account, see, courses)
  context.sync.recordCourse({
    processed: counts.processed,
    created: counts.created,
    updated: counts.updated,
  })
  await terms.write(context, selection.account === null ? 'self' : `account:${selection.account}`)
  return { courses: [...courses.values()], vanished }
}

async function readCourseList(
  context: EngineContext,
  account: string | null,
  see: (object: CanvasObject) => boolean,
  courses: ReadonlyMap<string, ListedCourse>,
): Promise<{ counts: EntityCounts; vanished: string[] }> {
  const { data, sync, source, clock, accept_deletions } = context
  const scope = {
    source_id: source.id,
    entity: 'courses' as const,
    listed_by: account === null ? 'self' : `account:${account}`,
  }
  const read_through_at = clock.now()
  const before = await data.listRowIds(scope)
  const listing = await data.beginListing(scope, clock.now())
  const { counts, settled, missing_fields } = await read(context, listing, coursesList(account), see)
  if (courses.size === 0) {
    if (before.length > 0 && !accept_deletions) throw unexpectedlyEmpty('courses', before.length)
    warnOfNoCourses(context, account)
  }
  reportDroppedIncludes(context, missing_fields)
  if (settled) {
    const restricted = [...courses.values()].filter((course) => course.restricted)
    const restricted_ids = restricted.map((course) => course.id)
    await data.markSeen(listing, restricted_ids)
    const deletions = accept_deletions ? 'accept' : 'brake'
    const { deleted, held } = await data.completeListing(listing, { read_through_at, deletions })
    if (deleted > 0 || held > 0) sync.recordDeletions({ entity: 'courses', deleted, held })
  }
  return { counts, vanished: before.filter((id) => !courses.has(id)) }
}

async function readById(
  context: EngineContext,
  ids: readonly string[],
  see: (object: CanvasObject) => boolean,
  courses: Map<string, ListedCourse>,
): Promise<{ counts: EntityCounts; vanished: string[] }> {
  const { data, client, source, clock, signal } = context
  const counts = noEntityCounts()
  const terms = new MissingFields(EXPECTED_FIELDS)
  let missing_fields: readonly string[] = []
  for (const id of ids) {
    const scope = { source_id: source.id, entity: 'courses' as const, listed_by: `course:${id}` }
    const listing = await data.beginListing(scope, clock.now())
    try {
      const { data: object } = await client.get<CanvasObject>(`/api/v1/courses/${id}`, COURSE_PARAMS, {
        signal,
        course_id: id,
      })
      missing_fields = terms.after([object])
      if (see(object)) {
        // The course stays with the list that would miss it.
        const rows = [toSyncedRow('courses', object)]
        addEntityCounts(counts, await data.applyRows(listing, rows, { from_list: false }))
      }
    } catch (error) {
      if (!(error instanceof MonitorError) || !isOfOneCourse(error)) throw error
      // Told as the outcome of the course, when its turn comes.
      courses.set(id, { id, name: null, restricted: false, concluded: false, refused: error })
    }
  }
  reportDroppedIncludes(context, missing_fields)
  return { counts, vanished: [] }
}

const isOfOneCourse = (error: MonitorError): boolean =>
  error.code === 'not_found' || error.code === 'forbidden'

function read(
  context: EngineContext,
  listing: Listing,
  list: EntityList,
  see: (object: CanvasObject) => boolean,
): Promise<ReadListResult> {
  const { client, data, clock, signal } = context
  return readList({
    client,
    data,
    listing,
    list,
    list_options: { signal, expect: EXPECTED_FIELDS },
    see,
    onBatch: recordBatch(context, null),
    monotonic: () => clock.monotonic(),
  })
}

/** An administrator's own list is empty: Canvas answers 200 with nothing, which looks like a small school. */
function warnOfNoCourses({ sync }: EngineContext, account: string | null): void {
  const next_step =
    account === null
      ? "An administrator's own list holds only the courses he or she is enrolled in: give the account with --account. Otherwise check that the token's owner is enrolled in a course."
      : 'Check the account id, and whether the account has courses of its own.'
  const where = account === null ? "the token's owner" : `account ${account}`
  sync.recordEvent(
    'no_courses',
    { count: 0, next_step },
    `Canvas lists no courses for ${where}, so nothing was read.`,
    'WARNING',
  )
}

/** A developer key without "Allow Include Parameters" answers 200 and leaves out what was asked for. */
function reportDroppedIncludes({ sync }: EngineContext, missing_fields: readonly string[]): void {
  if (missing_fields.length === 0) return
  sync.recordProblem({
    error_type: 'scope_missing',
    message: `Canvas left ${missing_fields.join(', ')} out of all courses although it was asked for.`,
  })
}
