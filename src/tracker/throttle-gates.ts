import { hash } from 'node:crypto'
import { validateBaseUrl } from '../canvas/origin.ts'
import { ThrottleGate } from '../canvas/throttle-gate.ts'
import type { Clock } from '../core/clock.ts'

/** Tokens remembered; a forgotten one only starts slowly again. */
const REMEMBERED = 500

/**
 * One gate per token: Canvas throttles the token, so syncs that share one must share its budget, and the next
 * sync need not learn it anew. Tokens are kept only as hashes.
 */
export class ThrottleGates {
  readonly #clock: Clock
  readonly #gates = new Map<string, ThrottleGate>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws MonitorError for an address that no client could use either */
  gateOf(base_url: string, token: string): ThrottleGate {
    const key = hash('sha256', `${validateBaseUrl(base_url)} ${token}`)
    const gate = this.#gates.get(key) ?? new ThrottleGate({ clock: this.#clock })
    this.#gates.delete(key)
    this.#gates.set(key, gate)
    if (this.#gates.size > REMEMBERED) {
      const oldest = this.#gates.keys().next()
      if (oldest.done !== true) this.#gates.delete(oldest.value)
    }
    return gate
  }
}
