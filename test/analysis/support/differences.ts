const SHOWN = 40

/** Collects what differs, so that one run tells everything that is wrong. */
export class Differences {
  readonly #found: string[] = []

  /** Equal; of numbers with a fraction to a thousandth, as a report rounds them. */
  same(path: string, expected: unknown, got: unknown): void {
    if (Object.is(expected, got)) return
    if (typeof expected === 'number' && typeof got === 'number' && !Number.isInteger(expected)) {
      if (Math.abs(expected - got) <= 0.000_51 + 1e-12 * Math.abs(expected)) return
    }
    this.#found.push(`${path}: expected ${show(expected)}, got ${show(got)}`)
  }

  /** @param part of the expected value that the other may be off by */
  near(path: string, expected: number | null, got: number | null, part: number): void {
    if (expected === null || got === null) this.same(path, expected, got)
    else if (!(Math.abs(expected - got) <= part * Math.abs(expected) + 1e-9)) {
      this.#found.push(`${path}: expected ${expected} to ${part * 100} %, got ${got}`)
    }
  }

  holds(path: string, condition: boolean, otherwise: string): void {
    if (!condition) this.#found.push(`${path}: ${otherwise}`)
  }

  counts(path: string, expected: ReadonlyMap<string, number>, got: Readonly<Record<string, number>>): void {
    for (const [key, count] of expected) {
      this.same(`${path}[${JSON.stringify(key)}]`, count, Object.hasOwn(got, key) ? got[key] : undefined)
    }
    for (const key of Object.keys(got)) {
      this.holds(`${path}[${JSON.stringify(key)}]`, expected.has(key), `not expected, got ${got[key]}`)
    }
    // Keys that look like whole numbers come first in every JavaScript object, whatever their counts.
    const ordered = Object.keys(got).filter((key) => !/^(?:0|[1-9]\d{0,9})$/.test(key))
    this.descending(path, ordered.map((key) => got[key] ?? 0)) // prettier-ignore
  }

  descending(path: string, values: readonly (number | null)[]): void {
    const is_sorted = values.every((value, at) => at === 0 || (values[at - 1] ?? 0) >= (value ?? 0))
    this.holds(path, is_sorted, `not the largest first: ${show(values.slice(0, 12))}`)
  }

  /** Undefined when nothing differs. */
  text(): string | undefined {
    if (this.#found.length === 0) return undefined
    const more = this.#found.length > SHOWN ? [`… and ${this.#found.length - SHOWN} more`] : []
    return [`${this.#found.length} figures differ:`, ...this.#found.slice(0, SHOWN), ...more].join('\n  ')
  }
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
