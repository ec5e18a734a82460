import { FEATURES, type Dice, type Feature, type WorldOptions } from './line.ts'

/** One sync, whose lines are in all five streams. */
export interface WorldTask {
  readonly task_id: string
  readonly user_id: string | number | null
  readonly start_ms: number
  readonly length_ms: number
  readonly course_ids: readonly string[]
  /** Logged by the earlier system. */
  readonly legacy: boolean
  /** The process of ours that ran it. */
  readonly process: WorldProcess
}

/** `seq` counts over all streams, as the writer of the product does. */
export interface WorldProcess {
  readonly writer: string
  seq: number
}

export const DEFAULT_FROM_MS: number = Date.UTC(2026, 1, 15)
export const DEFAULT_UNTIL_MS: number = Date.UTC(2026, 10, 15)
/** The earlier system wrote this part of the time. */
const LEGACY_PART = 0.3
const LEGACY_FORMS: readonly Feature[] = ['python_json', 'python_text', 'summary']
const LINES_PER_TASK = 10

export function hasFeature(options: WorldOptions, feature: Feature): boolean {
  return (options.features ?? FEATURES).includes(feature)
}

export function makeTasks(options: WorldOptions, dice: Dice): WorldTask[] {
  const from_ms = options.from_ms ?? DEFAULT_FROM_MS
  const until_ms = options.until_ms ?? DEFAULT_UNTIL_MS
  const count = Math.max(1, Math.ceil(options.lines_per_stream / LINES_PER_TASK))
  const has_legacy = LEGACY_FORMS.some((form) => hasFeature(options, form))
  const users = userIds(hasFeature(options, 'strange_text'))
  const courses = courseIds(dice, hasFeature(options, 'big_ids'))
  const starts = Array.from({ length: count }, () => from_ms + dice.fraction() * (until_ms - from_ms))
  const tasks: WorldTask[] = []
  let process: WorldProcess | undefined
  for (const [number, start] of starts.sort((a, b) => a - b).entries()) {
    if (process === undefined || dice.chance(0.15)) process = newProcess(options, dice)
    const part = (start - from_ms) / (until_ms - from_ms)
    tasks.push({
      task_id: taskId(options, dice, number),
      user_id: dice.one(users),
      start_ms: Math.floor(start),
      length_ms: dice.whole(2000, 1_200_000),
      course_ids: Array.from({ length: dice.whole(1, 4) }, () => dice.one(courses)),
      // Some hosts still run the earlier system.
      legacy: has_legacy && (part < LEGACY_PART || dice.chance(0.05)),
      process,
    })
  }
  return tasks
}

function newProcess(options: WorldOptions, dice: Dice): WorldProcess {
  const is_reused = hasFeature(options, 'reused_writers') && dice.chance(0.4)
  return { writer: is_reused ? 'worker-1' : `${dice.hex(6)}_-${dice.hex(4)}`, seq: 0 }
}

function taskId(options: WorldOptions, dice: Dice, number: number): string {
  if (hasFeature(options, 'strange_text') && dice.chance(0.1)) {
    return dice.one([`nightly "${number}" é`, `ночь-${number}`, `a,b:{${number}}`, `back\\slash ${number}`])
  }
  return dice.uuid()
}

function userIds(with_strange: boolean): readonly (string | number | null)[] {
  const numbers = Array.from({ length: 30 }, (_, number) => (number + 1) * 7)
  return [...numbers, 'sis-17', '7414~12', null, ...(with_strange ? ['Zoë "Z"', '__proto__'] : [])]
}

function courseIds(dice: Dice, with_big: boolean): readonly string[] {
  const ids = Array.from({ length: 24 }, () => String(dice.whole(100, 99_999)))
  // Two that are the same number once they are rounded to a double.
  return with_big ? [...ids, '74140000000000264', '74140000000000265'] : ids
}
