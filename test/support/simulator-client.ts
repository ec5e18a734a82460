import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index.ts'

/** A clock that a test sets by hand. */
export interface HandClock {
  now_ms: number
  readonly now: () => number
}

export const START_MS: number = Date.parse('2026-11-22T10:15:00Z')

export function handClock(now_ms: number = START_MS): HandClock {
  const clock: HandClock = { now_ms, now: () => clock.now_ms }
  return clock
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Names as they came over the wire. */
  readonly header_names: readonly string[]
  readonly text: string
  readonly json: unknown
}

export interface RawOptions {
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  readonly body?: string
  readonly has_numeric_ids?: boolean
}

/** One request over node:http, so that no client of ours can hide what the simulator does. */
export function ask(simulator: Simulator, path: string, options: RawOptions = {}): Promise<RawAnswer> {
  const url = path.startsWith('http') ? path : simulator.base_url + path
  const token = options.token === undefined ? simulator.tokens.admin : options.token
  const headers: Record<string, string> = {
    ...(options.has_numeric_ids === true ? {} : { Accept: 'application/json+canvas-string-ids' }),
    ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
    ...options.headers,
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: options.method ?? 'GET', headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const text = (incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString(
          'utf8',
        )
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          header_names: incoming.rawHeaders.filter((_, index) => index % 2 === 0),
          text,
          json: parse(text),
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}

export type Row = Record<string, unknown>

export interface Listing {
  readonly rows: Row[]
  readonly pages: Row[][]
}

/** Follows `next` to the end; gives up after `most` pages. */
export async function list(
  simulator: Simulator,
  path: string,
  options: RawOptions = {},
  most = 500,
): Promise<Listing> {
  const pages: Row[][] = []
  let next: string | undefined = path
  while (next !== undefined && pages.length < most) {
    const answer: RawAnswer = await ask(simulator, next, options)
    if (answer.status !== 200) throw new Error(`${answer.status} for ${next}: ${answer.text}`)
    pages.push(rowsOf(answer))
    next = linkOf(answer, 'next')
  }
  return { rows: pages.flat(), pages }
}

export function rowsOf(answer: RawAnswer): Row[] {
  return answer.json as Row[]
}

export function linkOf(answer: RawAnswer, relation: string): string | undefined {
  for (const entry of (answer.headers['link'] ?? '').split(',')) {
    const match = /^<([^>]*)>; rel="(\w+)"$/.exec(entry)
    if (match?.[2] === relation) return match[1]
  }
  return undefined
}

/** A small university under a clock set by hand, without throttle unless asked for. */
export async function withSimulator(
  options: SimulatorOptions,
  work: (simulator: Simulator, clock: HandClock) => Promise<void>,
): Promise<void> {
  const clock = handClock()
  const simulator = await startSimulator({ now: clock.now, throttle: false, ...options })
  try {
    await work(simulator, clock)
  } finally {
    await simulator.close()
  }
}

export function idOf(row: Row | undefined): string {
  if (row === undefined) throw new Error('there is no such row')
  return String(row['id'])
}

/** The first course and what is in it, for tests that need any course. */
export function anyCourse(simulator: Simulator): {
  course_id: string
  assignment_ids: string[]
  student_ids: string[]
} {
  const { truth } = simulator.university
  const course_id = idOf([...truth.courses()][0])
  return {
    course_id,
    assignment_ids: [...truth.assignments(course_id)]
      .filter((row) => row['published'] === true && row['only_visible_to_overrides'] === false)
      .map((row) => idOf(row)),
    student_ids: [
      ...new Set(
        [...truth.enrollments(course_id, { states: ['active'] })]
          .filter((row) => row['type'] === 'StudentEnrollment')
          .map((row) => String(row['user_id'])),
      ),
    ],
  }
}

export function first(values: readonly string[]): string {
  const [value] = values
  if (value === undefined) throw new Error('there is none')
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
