import { validateBaseUrl } from '../../canvas/origin.ts'
import { MonitorError, systemErrorCode } from '../../core/errors.ts'
import { startSimulator, type Simulator } from '../../simulator/index.ts'
import { readToken } from '../canvas-token.ts'

/** Somebody whose data the demo keeps fresh. */
export interface DemoUser {
  readonly user_id: string
  readonly who: string
  readonly token: string
  readonly account: string | null
  /** Pause between the end of one sync and the start of the next, milliseconds. */
  readonly pause_ms: number
}

export interface Campus extends AsyncDisposable {
  readonly base_url: string
  readonly users: readonly DemoUser[]
  /** One thing that people on a campus do: hand in, grade, rename. */
  live(): void
  /** Something goes wrong for a while; returns a sentence about it. */
  trouble(): string
  close(): Promise<void>
}

/** The simulator's port; kept from start to start so that the data stays the same source's. */
const CAMPUS_PORT = 5055

/** A small university in the simulator, on a port of its own, or on any free one when that is taken. */
export async function openCampus(seed: number): Promise<Campus> {
  const options = { seed, latency_ms: 40, size: { students: 200, courses: 12, teachers: 6 } }
  const simulator = await startSimulator({ ...options, port: CAMPUS_PORT }).catch((error: unknown) => {
    if (systemErrorCode(error) !== 'EADDRINUSE') throw error
    return startSimulator({ ...options, port: 0 })
  })
  simulator.faults.add(
    { when: { probability: 0.006 }, fault: { kind: 'edge_502' } },
    { when: { probability: 0.004 }, fault: { kind: 'half_body' } },
    { when: { probability: 0.01 }, fault: { kind: 'slow', delay_ms: 700 } },
  )
  return new SimulatedCampus(simulator, seed)
}

interface CampusCourse {
  readonly id: string
  readonly name: string
  readonly teacher_id: string | null
}

class SimulatedCampus implements Campus {
  readonly base_url: string
  readonly users: readonly DemoUser[]
  readonly #simulator: Simulator
  readonly #courses: readonly CampusCourse[]
  #random: number
  #troubles = 0

  constructor(simulator: Simulator, seed: number) {
    this.#simulator = simulator
    this.base_url = simulator.base_url
    this.#random = seed
    const { truth } = simulator.university
    this.#courses = [...truth.courses()].map((course) => {
      const id = String(course['id'])
      const teacher = [...truth.enrollments(id)].find((row) => row['type'] === 'TeacherEnrollment')
      return {
        id,
        name: String(course['name']),
        teacher_id: teacher === undefined ? null : String(teacher['user_id']),
      }
    })
    const [account] = truth.accounts()
    const teachers = [...new Set(this.#courses.map((course) => course.teacher_id))].filter(
      (id) => id !== null,
    )
    const { tokens } = simulator
    this.users = [
      {
        user_id: '42',
        who: 'a teacher',
        token: tokens.issue('teacher', optionalUser(teachers[0])),
        account: null,
        pause_ms: 6000,
      },
      {
        user_id: '43',
        who: 'a teacher',
        token: tokens.issue('teacher', optionalUser(teachers[1])),
        account: null,
        pause_ms: 9000,
      },
      { user_id: '7', who: 'a student', token: tokens.student, account: null, pause_ms: 7000 },
      {
        user_id: '1',
        who: 'the whole account',
        token: tokens.admin,
        account: String(account?.['id']),
        pause_ms: 15_000,
      },
    ]
  }

  live(): void {
    const { university } = this.#simulator
    const course = this.#pick(this.#courses)
    const submission = this.#pick([...university.truth.submissions(course.id)].slice(0, 400))
    if (submission === undefined) return
    const { assignment_id, user_id } = submission
    const one = { course_id: course.id, assignment_id: String(assignment_id), user_id: String(user_id) }
    const chance = this.#next()
    try {
      if (chance < 0.5) university.submit(one)
      else if (chance < 0.95) university.grade({ ...one, score: Math.round(this.#next() * 100) / 10 })
      else
        university.renameCourse({
          course_id: course.id,
          name: `${course.name} (${Math.ceil(this.#next() * 4)})`,
        })
    } catch {
      // Not everything can happen to everything: a student who has left hands nothing in.
    }
  }

  trouble(): string {
    const { faults, tokens } = this.#simulator
    const course = this.#pick(this.#courses)
    const path = `/api/v1/courses/${course.id}/*`
    switch (this.#troubles++ % 4) {
      case 0:
        faults.add({ when: { path, times: 12 }, fault: { kind: 'canvas_500' } })
        return `Canvas fails inside ${course.name} for a while.`
      case 1: {
        const student = this.users[2]?.token ?? ''
        tokens.expire(student)
        setTimeout(() => {
          tokens.restore(student)
        }, 20_000).unref()
        return "User 7's access token expires; a new one comes in 20 seconds."
      }
      case 2:
        faults.add({ when: { times: 3 }, fault: { kind: 'throttled_429' } })
        return 'Canvas throttles the next calls.'
      default:
        faults.add({ when: { path, times: 4 }, fault: { kind: 'status', status: 403, form: 'errors_array' } })
        return `Somebody takes away the right to read ${course.name}, and gives it back.`
    }
  }

  close(): Promise<void> {
    return this.#simulator.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#next() * items.length)] as T
  }

  /** A linear congruential generator (Numerical Recipes): the demo should look the same each time. */
  #next(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0
    return this.#random / 2 ** 32
  }
}

const optionalUser = (user_id: string | undefined): { user_id?: string } =>
  user_id === undefined ? {} : { user_id }

/** The real Canvas instead of the simulator. */
export function realCanvas(
  base_url: string | null,
  token: string | null,
): { base_url: string; users: DemoUser[] } | null {
  if (base_url === null && token === null) return null
  if (base_url === null || token === null) {
    const missing = base_url === null ? 'CANVAS_BASE_URL' : 'CANVAS_ACCESS_TOKEN'
    throw new MonitorError(
      'config_invalid',
      `${missing} is not set, although the other half of Canvas's address is.`,
      {
        next_step: 'Set both to watch your own Canvas, or neither to watch a simulated one.',
      },
    )
  }
  validateBaseUrl(base_url)
  const user = {
    user_id: '1',
    who: 'you',
    token: readToken(undefined, token),
    account: null,
    pause_ms: 15 * 60_000,
  }
  return { base_url, users: [user] }
}
