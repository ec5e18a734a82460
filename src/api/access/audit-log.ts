import type { Clock } from '../../core/clock.ts'
import type { Caller } from '../../core/access.ts'
import type { AccessStore, AuditEntry } from '../../store/access-store.ts'
import type { AuditSubject, RequestAudit } from './request-audit.ts'

/** Entries that need not be there at once are gathered for so long. */
const GATHER_MS = 1000
/** Of what happens again and again, one entry in this time. */
const REPEAT_MS = 10 * 60_000
const MOST_REMEMBERED = 10_000
/** While the database does not answer; later ones are not kept. */
const MOST_WAITING = 10_000

/** Where a request comes from, and what it asks for. */
export interface AuditPlace {
  readonly caller: Caller
  /** Method and route without values. */
  readonly route: string
  readonly address: string | null
}

/** Writes the audit log. A change is on the disk before it is answered; looks are gathered. */
export class AuditLog {
  readonly #access: Pick<AccessStore, 'recordAudit'>
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #last_told = new Map<string, number>()
  #waiting: AuditEntry[] = []
  #flushing: Promise<void> | null = null
  #closing = new AbortController()

  constructor(
    access: Pick<AccessStore, 'recordAudit'>,
    clock: Clock,
    onError: (error: unknown) => void = () => {},
  ) {
    this.#access = access
    this.#clock = clock
    this.#onError = onError
  }

  /** The log as one request writes to it. */
  of(place: AuditPlace): RequestAudit {
    return {
      viewed: (user_id) => {
        const { kind } = place.caller
        if (user_id === null || kind === 'loopback' || kind === 'anonymous') return
        this.repeated(this.#entry(place, 'viewed', { user_id }))
      },
      changed: async (action, subject) => {
        await this.#access.recordAudit([this.#entry(place, action, subject)])
      },
      entry: (action, subject) => this.#entry(place, action, subject),
    }
  }

  /** An entry that is left out when one just like it was written a short while ago. */
  repeated(entry: AuditEntry): void {
    const { at: _, ...what } = entry
    const key = JSON.stringify(what)
    const now = this.#clock.monotonic()
    const told = this.#last_told.get(key)
    if (told !== undefined && now - told < REPEAT_MS) return
    this.#last_told.delete(key)
    this.#last_told.set(key, now)
    if (this.#last_told.size > MOST_REMEMBERED) {
      const oldest = this.#last_told.keys().next()
      if (oldest.done !== true) this.#last_told.delete(oldest.value)
    }
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(entry)
    this.#flushing ??= this.#flushLater()
  }

  /** Writes what was gathered. */
  async flush(): Promise<void> {
    const entries = this.#waiting
    if (entries.length === 0) return
    this.#waiting = []
    try {
      await this.#access.recordAudit(entries)
    } catch (error) {
      this.#onError(error)
      this.#waiting = [...entries, ...this.#waiting].slice(0, MOST_WAITING)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#flushing
    await this.flush()
  }

  async #flushLater(): Promise<void> {
    // The end of the server ends the waiting.
    await this.#clock.sleep(GATHER_MS, this.#closing.signal).catch(() => {})
    this.#flushing = null
    await this.flush()
  }

  #entry({ caller, route, address }: AuditPlace, action: string, subject: AuditSubject = {}): AuditEntry {
    return {
      at: this.#clock.now(),
      actor_kind: caller.kind,
      actor_id: caller.token_id,
      action,
      target: subject.target ?? null,
      user_id: subject.user_id ?? null,
      route,
      address,
    }
  }
}
