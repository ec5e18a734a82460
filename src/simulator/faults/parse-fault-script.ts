import { FAULT_KINDS, type Fault, type FaultCondition, type FaultKind, type FaultRule } from './fault.ts'

const NUMBERS = ['nth', 'every', 'times', 'probability'] as const
const CONDITION_KEYS = new Set<string>(['path', 'path_pattern', 'query', 'course_id', ...NUMBERS])

/** Enough for any path; it bounds what a pattern from another process can make the simulator compile. */
const MOST_PATTERN_CHARACTERS = 200

/**
 * Reads a fault script from a file or a request: an array of `{when, fault}`, or its JSON text. A regular
 * expression is written as `"path_pattern": "enrollments$"`.
 */
export function parseFaultScript(script: unknown): FaultRule[] {
  const value: unknown = typeof script === 'string' ? JSON.parse(script) : script
  if (!Array.isArray(value)) throw new TypeError('a fault script must be an array of {when, fault}')
  return value.map((rule: unknown, index) => {
    if (!isRecord(rule)) throw new TypeError(`fault script rule ${index} must be an object {when, fault}`)
    return { when: readCondition(rule['when'] ?? {}, index), fault: readFault(rule['fault'], index) }
  })
}

function readCondition(value: unknown, index: number): FaultCondition {
  if (!isRecord(value)) throw new TypeError(`fault script rule ${index}: when must be an object`)
  for (const key of Object.keys(value)) {
    if (!CONDITION_KEYS.has(key)) throw new TypeError(`fault script rule ${index}: unknown condition ${key}`)
  }
  for (const key of NUMBERS) {
    const number = value[key]
    if (number === undefined || (typeof number === 'number' && number >= 0)) continue
    throw new TypeError(`fault script rule ${index}: ${key} must be a number, got ${JSON.stringify(number)}`)
  }
  const { path_pattern, ...condition } = value
  if (path_pattern === undefined) return condition
  if (typeof path_pattern !== 'string') {
    throw new TypeError(`fault script rule ${index}: path_pattern must be a string`)
  }
  if (path_pattern.length > MOST_PATTERN_CHARACTERS) {
    throw new RangeError(
      `fault script rule ${index}: path_pattern must have at most ${MOST_PATTERN_CHARACTERS} characters`,
    )
  }
  return { ...condition, path: new RegExp(path_pattern) }
}

function readFault(value: unknown, index: number): Fault {
  const kind = isRecord(value) ? value['kind'] : undefined
  if (!isRecord(value) || !FAULT_KINDS.has(kind as FaultKind) || kind === 'mutate') {
    throw new TypeError(
      `fault script rule ${index}: fault.kind must be one of ${[...FAULT_KINDS].join(', ')}, got ${JSON.stringify(kind)}`,
    )
  }
  const needed = NEEDED[kind as FaultKind] ?? {}
  for (const [name, type] of Object.entries(needed)) {
    if (typeof value[name] === type) continue
    throw new TypeError(`fault script rule ${index}: ${String(kind)} needs ${name}, a ${type}`)
  }
  return value as unknown as Fault
}

const NEEDED: Partial<Record<FaultKind, Readonly<Record<string, string>>>> = {
  status: { status: 'number' },
  slow: { delay_ms: 'number' },
  foreign_next: { origin: 'string' },
  huge_body: { bytes: 'number' },
  mutation: { name: 'string', args: 'object' },
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
