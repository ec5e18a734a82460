import { createHash } from 'node:crypto'
import type { ClientBase } from 'pg'
import type { ShippedLine } from './shipped-line.ts'

/** Taken by every batch together, and by an erasure alone: what it deletes nobody ships behind its back. */
export const ERASURE_LOCK = 'fleet log erasures'

export const userDigest = (user_id: string): string => digest(`user ${user_id}`)
export const taskDigest = (task_id: string): string => digest(`task ${task_id}`)

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Whose lines are not shipped any more, as far as they were written before the erasure. */
export class ErasedPeople {
  #version = '0 0'
  #erased_at = new Map<string, number>()
  /** Of ids seen lately: a hash for each line would cost more than all the rest. */
  readonly #known = new Map<string, number>()

  /** Reads what is new. */
  async read(client: ClientBase): Promise<void> {
    const found = await client.query<{ version: string }>(
      `select count(*) || ' ' || coalesce(max(erased_at), 0) as version from canvas_sync_log_erasures`,
    )
    const version = found.rows[0]?.version ?? ''
    if (version === this.#version) return
    const { rows } = await client.query<{ person: string; erased_at: number }>(
      'select person, erased_at from canvas_sync_log_erasures',
    )
    this.#version = version
    this.#erased_at = new Map(rows.map(({ person, erased_at }) => [person, erased_at]))
    this.#known.clear()
  }

  /** The lines that may be shipped. */
  kept(lines: readonly ShippedLine[]): readonly ShippedLine[] {
    if (this.#erased_at.size === 0) return lines
    return lines.filter(({ entry: { timestamp_ms, user_id, task_id } }) => {
      const user_ms = user_id === null ? -Infinity : this.#erasedAt('user', String(user_id))
      const task_ms = task_id === null ? -Infinity : this.#erasedAt('task', task_id)
      return timestamp_ms > Math.max(user_ms, task_ms)
    })
  }

  #erasedAt(kind: 'user' | 'task', id: string): number {
    const name = `${kind} ${id}`
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const at_ms = this.#erased_at.get(digest(name)) ?? Number.NEGATIVE_INFINITY
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    this.#known.set(name, at_ms)
    return at_ms
  }
}

const MOST_KNOWN = 10_000
