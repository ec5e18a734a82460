import { seededRandom } from '../../test/support/seeded-random.ts'

/** One call to Canvas as it will be logged. The same object is filled again for each call. */
export interface ApiCall {
  timestamp_ms: number
  task_id: string
  /** As it stands in the line: a number, or a string with its quotes. */
  user_id_json: string
  writer: string
  seq: number
  endpoint: string
  /** Null when there was no answer. */
  status: number | null
  duration_ms: number
  items: number | null
  page: number | null
  attempt: number
  request_cost: number | null
  rate_limit_remaining: number | null
  bytes: number
  error_type: string | null
  course_id: string | null
}

interface Running {
  readonly task_id: string
  readonly user_id_json: string
  readonly worker: Worker
  time_ms: number
  courses_left: number
  course_id: string | null
  step: number
  page: number
  pages: number
  attempt: number
  endpoint: string
}

interface Worker {
  writer: string
  seq: number
  tasks_left: number
}

interface Failure {
  readonly below: number
  readonly status: number | null
  readonly error_type: string
  readonly retried: boolean
}

export const API_CALLS_SINCE_MS: number = Date.UTC(2026, 4, 1)
export const API_CALLS_UNTIL_MS: number = Date.UTC(2026, 10, 1)

const DAY_MS = 86_400_000
const COURSES = 400
const USERS = 100
const AT_ONCE = 3
const LISTINGS = ['sections', 'enrollments', 'assignment_groups', 'assignments', 'students/submissions']
const FAILURES: readonly Failure[] = [
  { below: 0.004, status: 429, error_type: 'throttled', retried: true },
  { below: 0.006, status: 403, error_type: 'throttled', retried: true },
  { below: 0.008, status: 502, error_type: 'edge_error', retried: true },
  { below: 0.0088, status: 500, error_type: 'canvas_error', retried: true },
  { below: 0.0096, status: null, error_type: 'network', retried: true },
  { below: 0.0102, status: null, error_type: 'timeout', retried: true },
  { below: 0.0112, status: 404, error_type: 'not_found', retried: false },
  { below: 0.012, status: 403, error_type: 'forbidden', retried: false },
]

const HEX4 = Array.from({ length: 65_536 }, (_, number) => number.toString(16).padStart(4, '0'))
const WORD = /[^A-Za-z0-9]/g

/** The API calls of a campus whose syncs run three at a time through six months, in the order of their times. */
export class ApiCallModel {
  readonly #random: () => number
  readonly #workers: readonly Worker[]
  readonly #running: Running[] = []
  #now_ms = API_CALLS_SINCE_MS

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.#workers = Array.from({ length: AT_ONCE }, () => ({ writer: '', seq: 0, tasks_left: 0 }))
  }

  /** A UUID's text from the seed. */
  uuid(): string {
    const four = (): string => HEX4[Math.floor(this.#random() * 65_536)] ?? ''
    return `${four()}${four()}-${four()}-4${four().slice(1)}-a${four().slice(1)}-${four()}${four()}${four()}`
  }

  random(): number {
    return this.#random()
  }

  /** @param progress from 0 to 1: how much is made already; it places new syncs in the six months */
  next(call: ApiCall, progress: number): void {
    while (this.#running.length < AT_ONCE) this.#running.push(this.#startTask(progress))
    let first = this.#running[0] as Running
    for (const other of this.#running) if (other.time_ms < first.time_ms) first = other
    this.#fill(call, first)
    this.#now_ms = call.timestamp_ms
    if (!this.#advance(first, call)) this.#running.splice(this.#running.indexOf(first), 1)
  }

  #startTask(progress: number): Running {
    const busy = new Set(this.#running.map((running) => running.worker))
    const worker = this.#workers.find((worker) => !busy.has(worker)) as Worker
    if (worker.tasks_left-- <= 0) {
      worker.writer = this.uuid().replace(WORD, '').slice(0, 12)
      worker.seq = 0
      worker.tasks_left = 50
    }
    const user = Math.floor(this.#random() ** 2 * USERS)
    return {
      task_id: this.uuid(),
      user_id_json: user < USERS - 10 ? String(user + 1) : `"lti-${user}"`,
      worker,
      time_ms: Math.max(timeAt(progress), this.#now_ms) + this.#random() * 1000,
      courses_left: 2 + Math.floor(this.#random() * 16),
      course_id: null,
      step: 0,
      page: 0,
      pages: 0,
      attempt: 1,
      endpoint: '/api/v1/users/self',
    }
  }

  #fill(call: ApiCall, running: Running): void {
    const random = this.#random
    const { worker, page } = running
    worker.seq += random() < 0.5 ? 1 : 2
    const failure = failureAt(random())
    const is_full = page < running.pages
    const items = page === 0 || failure !== null ? null : is_full ? 100 : Math.floor(random() * 100)
    const wait = random()
    call.duration_ms = Math.floor(
      40 + 60 * wait + 900 * wait ** 8 + (failure?.error_type === 'timeout' ? 30_000 : 0),
    )
    call.timestamp_ms = Math.floor(running.time_ms)
    call.task_id = running.task_id
    call.user_id_json = running.user_id_json
    call.writer = worker.writer
    call.seq = worker.seq
    call.endpoint = running.endpoint
    call.status = failure === null ? 200 : failure.status
    call.items = items
    call.page = page === 0 ? null : page
    call.attempt = running.attempt
    call.request_cost = failure === null ? Math.floor(58 + (items ?? 0) * 4 + random() * 20) / 1000 : null
    call.rate_limit_remaining = failure === null ? Math.floor(600_000 - random() ** 4 * 590_000) / 1000 : null
    call.bytes =
      failure === null
        ? 344 + (items ?? 0) * 1062 + Math.floor(random() * 90)
        : call.status === null
          ? 0
          : 132
    call.error_type = failure === null ? null : failure.error_type
    call.course_id = running.course_id
  }

  /** False when the sync is at its end. */
  #advance(running: Running, call: ApiCall): boolean {
    running.time_ms += call.duration_ms + 1 + this.#random() * 8
    if (call.error_type !== null && running.attempt < 3 && failureIsRetried(call.error_type)) {
      running.attempt++
      running.time_ms += 500
      return true
    }
    running.attempt = 1
    if (running.page < running.pages) {
      running.page++
      return true
    }
    if (running.course_id === null || running.step === LISTINGS.length) {
      if (running.courses_left-- === 0) return false
      running.course_id = `7414000000000${String(1 + Math.floor(this.#random() * COURSES)).padStart(4, '0')}`
      running.step = 0
    }
    const listing = LISTINGS[running.step++] as string
    running.endpoint = `/api/v1/courses/${running.course_id}/${listing}`
    running.page = 1
    running.pages = listing === 'students/submissions' ? 1 + Math.floor(this.#random() ** 3 * 60) : 1
    return true
  }
}

function failureAt(value: number): Failure | null {
  if (value >= 0.012) return null
  for (const failure of FAILURES) if (value < failure.below) return failure
  return null
}

function failureIsRetried(error_type: string): boolean {
  return error_type !== 'not_found' && error_type !== 'forbidden'
}

/** Most of a day's syncs are in working hours. */
function timeAt(progress: number): number {
  const span_ms = API_CALLS_UNTIL_MS - API_CALLS_SINCE_MS
  const even_ms = span_ms * Math.min(progress, 1)
  const of_day = (even_ms % DAY_MS) / DAY_MS
  const bent = of_day + 0.11 * Math.sin(2 * Math.PI * of_day)
  return API_CALLS_SINCE_MS + even_ms - (even_ms % DAY_MS) + bent * DAY_MS
}
