import type { CanvasClient } from '../../canvas/types.ts'
import type { CourseOutcome } from '../../core/sync-record.ts'
import type { CourseOutcomeStatus } from '../../core/sync-status.ts'
import type { SyncedEntity } from '../../core/synced-entity.ts'
import type { ListedCourse } from '../../engine/course.ts'
import type { EngineObserver } from '../../engine/engine-context.ts'
import type { Sync } from '../../tracker/types.ts'
import { counted, grouped, spokenDuration } from '../numbers.ts'
import { printable, type Terminal } from '../terminal.ts'
import { cutText, padText } from '../text-width.ts'

interface RunningCourse {
  readonly name: string
  entity: SyncedEntity | null
  rows: number
}

const OUTCOME_MARKS: Readonly<
  Record<CourseOutcomeStatus, readonly [string, 'green' | 'red' | 'yellow' | 'cyan' | 'gray']>
> = {
  completed: ['✔', 'green'],
  failed: ['✘', 'red'],
  forbidden: ['⊘', 'red'],
  frozen: ['❄', 'cyan'],
  skipped: ['↷', 'gray'],
}
const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const BAR_WIDTH = 24
const NAME_WIDTH = 34

/** What one running sync looks like: told by the engine, drawn by a display. */
export class SyncView implements EngineObserver {
  readonly #courses = new Map<string, RunningCourse>()
  readonly #outcomes = new Map<CourseOutcomeStatus, number>()
  #sync: Sync | null = null
  #client: CanvasClient | null = null
  #total: number | null = null
  #finished = 0
  #frame = 0

  started(sync: Sync, client: CanvasClient): void {
    this.#sync = sync
    this.#client = client
  }

  coursesListed(courses: readonly ListedCourse[]): void {
    this.#total = courses.length
  }

  courseStarted(course: ListedCourse): void {
    this.#courses.set(course.id, { name: course.name ?? `course ${course.id}`, entity: null, rows: 0 })
  }

  rows(course_id: string | null, entity: SyncedEntity, rows: number): void {
    const course = course_id === null ? undefined : this.#courses.get(course_id)
    if (course === undefined) return
    if (course.entity !== entity) course.rows = 0
    course.entity = entity
    course.rows += rows
  }

  courseFinished(course: ListedCourse, { outcome }: CourseOutcome): void {
    this.#courses.delete(course.id)
    this.#finished++
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1)
  }

  /** The lines of the moment: what is done, what runs, and what is waited for. */
  lines(terminal: Terminal, title = 'Sync'): string[] {
    this.#frame++
    const spinner = terminal.style('cyan', SPINNER[this.#frame % SPINNER.length] ?? '')
    const record = this.#sync?.toJSON()
    const elapsed =
      record === undefined ? '' : spokenDuration(Date.now() - Date.parse(record.sync_start_time))
    const calls = record === undefined ? 'connecting' : counted(record.api_metrics.calls_made, 'call')
    const lines = [`${spinner} ${title}  ${this.#bar(terminal)}  ${elapsed}  ${calls}`]
    for (const course of this.#courses.values()) {
      const what =
        course.entity === null
          ? 'waiting'
          : `${course.entity.padEnd(17)} ${grouped(course.rows).padStart(9)} ${course.rows === 1 ? 'row' : 'rows'}`
      lines.push(`    ${padText(cutText(printable(course.name), NAME_WIDTH), NAME_WIDTH)}  ${what}`)
    }
    return [...lines, ...this.#throttleLine(terminal)]
  }

  #bar(terminal: Terminal): string {
    if (this.#total === null) return 'listing courses'
    const share = this.#total === 0 ? 1 : this.#finished / this.#total
    const full = Math.round(share * BAR_WIDTH)
    const bar =
      terminal.style('green', '█'.repeat(full)) + terminal.style('gray', '░'.repeat(BAR_WIDTH - full))
    const marks = [...this.#outcomes].map(([outcome, count]) => {
      const [mark, colour] = OUTCOME_MARKS[outcome]
      return terminal.style(colour, `${mark} ${count}`)
    })
    return `${bar} ${this.#finished} of ${counted(this.#total, 'course')}  ${marks.join(' ')}`.trimEnd()
  }

  #throttleLine(terminal: Terminal): string[] {
    const throttle = this.#client?.throttle
    if (throttle === undefined || throttle.remaining === null) return []
    const budget = `Canvas budget ${Math.round(throttle.remaining)} of ${Math.round(throttle.high_water_mark)}`
    const flight = `${throttle.in_flight} in flight`
    const waiting =
      throttle.waiting === 0
        ? ''
        : terminal.style('yellow', `  ⏳ ${throttle.waiting} waiting for Canvas's throttle`)
    const throttled =
      throttle.throttled_count === 0 ? '' : `, throttled ${counted(throttle.throttled_count, 'time')}`
    return [`    ${terminal.style('gray', `${budget}, ${flight}${throttled}`)}${waiting}`]
  }
}
