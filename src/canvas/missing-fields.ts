/**
 * Notices expected fields that no row of a listing has. Canvas drops every `include[]` silently when a scoped
 * developer key lacks "Allow Include Parameters", so only the rows can tell.
 */
export class MissingFields {
  readonly #missing: Map<string, readonly string[]>
  #has_rows = false

  /** @param expected field names; a dot reaches into an object (`grades.current_score`) */
  constructor(expected: readonly string[]) {
    this.#missing = new Map(expected.map((field) => [field, field.split('.')]))
  }

  /** Expected fields that no row so far had; empty as long as there was no row that could have them. */
  after(items: readonly unknown[]): string[] {
    if (this.#missing.size === 0) return []
    for (const item of items) {
      if (isRestricted(item)) continue
      this.#has_rows = true
      for (const [field, steps] of this.#missing) if (hasField(item, steps)) this.#missing.delete(field)
      if (this.#missing.size === 0) return []
    }
    return this.#has_rows ? [...this.#missing.keys()] : []
  }
}

/** A course outside its dates is `{id, access_restricted_by_date: true}` and nothing else. */
function isRestricted(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'access_restricted_by_date' in item
}

function hasField(item: unknown, steps: readonly string[]): boolean {
  let at = item
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return false
    at = (at as Record<string, unknown>)[step]
  }
  return true
}
