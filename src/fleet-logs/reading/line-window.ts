import { sqlState } from '../../store/postgres/postgres-errors.ts'

const FIRST_MS = 60_000
const NARROWEST_MS = 1
const WIDEST_MS = 8 * 86_400_000
/** Answers that come sooner let the next window grow, later ones let it shrink. */
const QUICK_MS = 60
const SLOW_MS = 400
const QUERY_CANCELED = '57014'

/**
 * How much time one statement looks at: as much as PostgreSQL can look through soon, so that a search of something rare
 * is a series of short statements, each of which can be its last.
 */
export class LineWindow {
  #width_ms: number = FIRST_MS

  get width_ms(): number {
    return this.#width_ms
  }

  took(duration_ms: number): void {
    if (duration_ms < QUICK_MS) this.#width_ms = Math.min(WIDEST_MS, this.#width_ms * 4)
    else if (duration_ms > SLOW_MS) this.#width_ms = Math.max(NARROWEST_MS, Math.floor(this.#width_ms / 2))
  }

  /** Whether the statement took too long and a narrower one may not. */
  shrinksAfter(error: unknown): boolean {
    if (sqlState(error) !== QUERY_CANCELED || this.#width_ms <= NARROWEST_MS) return false
    this.#width_ms = Math.max(NARROWEST_MS, Math.floor(this.#width_ms / 16))
    return true
  }
}
