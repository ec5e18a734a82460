import { unit } from '../university/random.ts'
import type { SimulatedRequest } from '../requests.ts'
import type { Fault, FaultCondition, FaultRule, FiredFault } from './fault.ts'

const REMEMBERED = 10_000

/** Decides what goes wrong, and remembers what did. */
export interface FaultScript {
  /** Adds a rule, or several; returns a function that takes them away again. */
  add(...rules: FaultRule[]): () => void
  clear(): void
  /** The last 10,000 faults that fired, oldest first. */
  readonly fired: readonly FiredFault[]
}

interface ActiveRule {
  readonly rule: FaultRule
  readonly number: number
  matched: number
  fired: number
}

export class SeededFaultScript implements FaultScript {
  readonly fired: FiredFault[] = []
  readonly #seed: number
  readonly #toLocalId: (id: string) => number
  #rules: ActiveRule[] = []
  #added = 0

  constructor(seed: number, toLocalId: (id: string) => number) {
    this.#seed = seed
    this.#toLocalId = toLocalId
  }

  add(...rules: FaultRule[]): () => void {
    const active = rules.map((rule) => {
      this.#added += 1
      return { rule, number: this.#added, matched: 0, fired: 0 }
    })
    this.#rules.push(...active)
    return () => {
      this.#rules = this.#rules.filter((rule) => !active.includes(rule))
    }
  }

  clear(): void {
    this.#rules = []
    this.fired.length = 0
  }

  /** Every rule whose condition holds for the request, in the order they were added. */
  plan(request: SimulatedRequest, at_ms: number): Fault[] {
    const faults: Fault[] = []
    for (const active of this.#rules) {
      const { when, fault } = active.rule
      if (!this.#matches(when, request)) continue
      active.matched += 1
      if (!this.#isDue(active)) continue
      active.fired += 1
      faults.push(fault)
      this.fired.push({ kind: fault.kind, path: request.path, request_number: request.number, at_ms })
      if (this.fired.length > REMEMBERED) this.fired.shift()
    }
    return faults
  }

  #matches(when: FaultCondition, request: SimulatedRequest): boolean {
    if (when.path !== undefined && !matchesPath(when.path, request.path)) return false
    if (when.course_id !== undefined) {
      if (request.course_id === null) return false
      if (this.#toLocalId(request.course_id) !== this.#toLocalId(when.course_id)) return false
    }
    return Object.entries(when.query ?? {}).every(([name, value]) =>
      request.query.some(([other_name, other_value]) => other_name === name && other_value === value),
    )
  }

  #isDue(active: ActiveRule): boolean {
    const { nth, every, probability } = active.rule.when
    const times = active.rule.when.times ?? (nth !== undefined && every === undefined ? 1 : Infinity)
    const first = nth ?? every ?? 1
    if (active.fired >= times || active.matched < first) return false
    if (every !== undefined && (active.matched - first) % every !== 0) return false
    return probability === undefined || unit(this.#seed, 111, active.number, active.matched) < probability
  }
}

function matchesPath(wanted: string | RegExp, path: string): boolean {
  if (typeof wanted !== 'string') return path.search(wanted) !== -1
  if (!wanted.includes('*')) return wanted === path
  const pattern = wanted
    .split('**')
    .map((part) => part.split('*').map(escapePattern).join('[^/]+'))
    .join('.*')
  return new RegExp(`^${pattern}$`).test(path)
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
}
