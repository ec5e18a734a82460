import { MonitorError, type ErrorCode } from '../../src/core/errors.ts'
import { noEntityCounts } from '../../src/core/synced-entity.ts'
import { createMonitor, type Monitor } from '../../src/tracker/monitor.ts'
import type { Sync } from '../../src/tracker/types.ts'
import { seededRandom } from '../../test/support/seeded-random.ts'
import { PastClock } from './past-clock.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

export interface PastOptions {
  readonly database: string
  readonly logDir: string
  readonly days: number
  readonly users: number
}

/** What goes wrong on some days, so that the pages have something to tell. */
interface Trouble {
  readonly code: ErrorCode
  readonly message: string
  /** Days ago at which it began and ended. */
  readonly from_days: number
  readonly until_days: number
  /** Of the courses met in that time. */
  readonly share: number
  /** The sync as a whole, or single courses. */
  readonly whole: boolean
  /** Whom alone it meets. */
  readonly user?: number
}

const TROUBLES: readonly Trouble[] = [
  {
    code: 'canvas_error',
    message: 'Canvas answered 500 for the submissions of a course.',
    from_days: 60,
    until_days: 0,
    share: 0.004,
    whole: false,
  },
  {
    code: 'timeout',
    message: 'Canvas did not answer within 60 seconds.',
    from_days: 30,
    until_days: 28,
    share: 0.2,
    whole: true,
  },
  {
    code: 'edge_error',
    message: 'The load balancer before Canvas answered 502.',
    from_days: 9,
    until_days: 8.5,
    share: 0.5,
    whole: true,
  },
  {
    code: 'token_expired',
    message: 'Canvas says that the access token has expired.',
    from_days: 1.2,
    until_days: 0,
    share: 1,
    whole: true,
    user: 17,
  },
  {
    code: 'forbidden',
    message: 'Canvas refused the course: the token may not read it.',
    from_days: 3,
    until_days: 0,
    share: 0.008,
    whole: false,
  },
  {
    code: 'throttled',
    message: 'Canvas refused call after call for 10 minutes.',
    from_days: 16,
    until_days: 15,
    share: 0.12,
    whole: true,
  },
]

/** Records weeks of syncs as a job that embeds the tracker does: rows, outcomes and log lines. */
export async function recordPastSyncs({ database, logDir, days, users }: PastOptions): Promise<void> {
  const end_ms = Date.now() - 2 * MINUTE_MS
  const clock = new PastClock(end_ms - days * DAY_MS)
  const random = seededRandom(20_261_122)
  const monitor = await createMonitor({ database, logDir, clock })
  try {
    const every_ms = DAY_MS / users / 3
    for (let at_ms = clock.now(), turn = 0; at_ms < end_ms; at_ms += every_ms, turn++) {
      // Nights are quieter.
      const hour = new Date(at_ms).getUTCHours()
      if ((hour < 5 || hour > 21) && random() < 0.6) continue
      clock.goTo(at_ms)
      await recordOne(monitor, clock, random, {
        user: 1 + (turn % users),
        days_ago: (end_ms - at_ms) / DAY_MS,
      })
    }
  } finally {
    await monitor.close()
  }
}

interface When {
  readonly user: number
  readonly days_ago: number
}

async function recordOne(
  monitor: Monitor,
  clock: PastClock,
  random: () => number,
  { user, days_ago }: When,
): Promise<void> {
  const incremental = random() < 0.8
  const sync = await monitor.startSync({
    userId: user,
    syncType: ['all', 'all', 'grades', 'submissions'][user % 4] ?? 'all',
    incremental,
    trigger: random() < 0.95 ? 'schedule' : 'manual',
  })
  const troubles = TROUBLES.filter(
    ({ from_days, until_days, user: met }) =>
      days_ago < from_days && days_ago >= until_days && (met ?? user) === user,
  )
  const whole = troubles.find((trouble) => trouble.whole && random() < trouble.share)
  const courses = 3 + (user % 5)
  // Canvas grows slower over the weeks, and has a slow day.
  const slowness = (1 + (40 - Math.min(40, days_ago)) / 80) * (Math.abs(days_ago - 12) < 0.6 ? 2.4 : 1)
  sync.recordConnectionTest({ durationMs: 180 * slowness })
  for (let index = 0; index < courses; index++) {
    const course_id = String(1000 + user * 10 + index)
    const failing = troubles.find((trouble) => !trouble.whole && random() < trouble.share)
    sync.progress({
      percent: (100 * index) / courses,
      current: `Course ${course_id}`,
      completed: index,
      total: courses,
    })
    await sync.course(course_id, async (course) => {
      readCourse(sync, clock, random, { course_id, slowness, incremental })
      if (failing !== undefined) throw new MonitorError(failing.code, failing.message)
      const submissions = Math.round(random() * 60)
      course.addEntity('submissions', {
        ...noEntityCounts(),
        processed: 200 + submissions,
        created: submissions,
        updated: 30,
        unchanged: 170,
      })
      await Promise.resolve()
    })
    if (whole !== undefined && index === courses >> 1) break
  }
  if (whole !== undefined) await sync.completeFailure(new MonitorError(whole.code, whole.message))
  else if (random() < 0.004) await sync.cancel('Somebody pressed Ctrl-C.')
  else await sync.completeSuccess()
}

interface CourseFacts {
  readonly course_id: string
  readonly slowness: number
  readonly incremental: boolean
}

function readCourse(
  sync: Sync,
  clock: PastClock,
  random: () => number,
  { course_id, slowness, incremental }: CourseFacts,
): void {
  sync.recordCourse({ updated: random() < 0.1, courseId: course_id })
  for (const list of ['assignment_groups', 'enrollments', 'assignments', 'students/submissions']) {
    const pages = list === 'students/submissions' && !incremental ? 6 : 1
    for (let page = 1; page <= pages; page++) {
      const duration_ms = Math.round((120 + random() * 380) * slowness)
      clock.pass(duration_ms + random() * 2500)
      sync.recordApiCall({
        endpoint: `/api/v1/courses/${course_id}/${list}`,
        status: random() < 0.002 ? 502 : 200,
        durationMs: duration_ms,
        items: Math.round(random() * 100),
        page,
        requestCost: 0.2 + random() * 3,
        rateLimitRemaining: 400 + Math.round(random() * 200),
        bytes: Math.round(random() * 90_000),
        courseId: course_id,
      })
      if (random() < 0.004) {
        const wait_ms = 1500 + random() * 6000
        sync.recordApiRateLimit({
          waitMs: wait_ms,
          status: 429,
          endpoint: `/api/v1/courses/${course_id}/${list}`,
        })
        clock.pass(wait_ms)
      }
    }
    const duration_ms = 2 + random() * 12
    clock.pass(duration_ms)
    sync.recordDbOperation({
      operation: 'sync',
      entity: list === 'students/submissions' ? 'submissions' : list,
      count: 40,
      durationMs: duration_ms,
      batch: true,
      courseId: course_id,
    })
  }
  sync.recordAssignment({
    processed: 20 + Math.round(random() * 10),
    updated: Math.round(random() * 3),
    courseId: course_id,
  })
  sync.recordSubmission({
    processed: 120 + Math.round(random() * 200),
    created: Math.round(random() * 40),
    updated: Math.round(random() * 20),
    courseId: course_id,
  })
  sync.recordGrade({
    processed: 80 + Math.round(random() * 60),
    updated: Math.round(random() * 25),
    courseId: course_id,
  })
}
