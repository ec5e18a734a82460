import { once } from 'node:events'
import type { Client } from 'pg'
import type { Clock } from '../../core/clock.ts'
import { connectClient, unreference } from './postgres-pool.ts'
import type { PostgresAddress } from './postgres-url.ts'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5000
/** A connection on which nothing is said may have died unnoticed. */
const CHECK_INTERVAL_MS = 15_000
const CHECK_TIMEOUT_MS = 5000

/** Gets the payload of a notification. */
export type Hear = (payload: string) => void

/**
 * One connection that hears the notifications of any number of channels, and a new one when it breaks. What is
 * notified meanwhile is not repeated, so everybody is called once with an empty payload when it is back: look for
 * yourself.
 */
export class NotificationListener {
  readonly #address: PostgresAddress
  readonly #clock: Clock
  readonly #hearers = new Map<string, Set<Hear>>()
  readonly #stopped = new AbortController()
  #client: Client | null = null
  #running: Promise<void> | null = null
  readonly #tried = Promise.withResolvers<void>()

  constructor(address: PostgresAddress, clock: Clock) {
    this.#address = address
    this.#clock = clock
  }

  /** Resolves when the channel is heard, or when that failed once: it is tried again then. */
  async listen(channel: string, hear: Hear): Promise<() => void> {
    const known = this.#hearers.get(channel)
    const hearers = known ?? new Set<Hear>()
    hearers.add(hear)
    this.#hearers.set(channel, hearers)
    this.#running ??= this.#run()
    await this.#tried.promise
    if (known === undefined && this.#client !== null) await subscribe(this.#client, channel).catch(() => {})
    return () => {
      // The channel stays: hardly anybody notifies on one that nobody hears.
      hearers.delete(hear)
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#client?.end().catch(() => {})
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped
    let pause_ms = FIRST_PAUSE_MS
    for (let again = false; !signal.aborted; again = true) {
      try {
        const client = await this.#connect()
        // It was stopped meanwhile, and the client has ended.
        if (signal.aborted) break
        const ended = once(client, 'end')
        if (again) this.#callAll()
        pause_ms = FIRST_PAUSE_MS
        this.#tried.resolve()
        await ended
      } catch {
        // It shows in the health of the store; here the only answer is to try again.
        await this.#client?.end().catch(() => {})
      }
      this.#client = null
      this.#tried.resolve()
      await this.#clock.sleep(pause_ms, signal).catch(() => {})
      pause_ms = Math.min(pause_ms * 2, LONGEST_PAUSE_MS)
    }
    this.#tried.resolve()
  }

  async #connect(): Promise<Client> {
    const client = await connectClient(this.#address)
    this.#client = client
    client.on('notification', ({ channel, payload }) => {
      for (const hear of this.#hearers.get(channel) ?? []) hear(payload ?? '')
    })
    for (const channel of this.#hearers.keys()) await subscribe(client, channel)
    const endChecks = this.#clock.every(CHECK_INTERVAL_MS, () => void check(client))
    client.once('end', endChecks)
    if (this.#stopped.signal.aborted) await client.end()
    unreference(client)
    return client
  }

  #callAll(): void {
    for (const hearers of this.#hearers.values()) for (const hear of hearers) hear('')
  }
}

async function subscribe(client: Client, channel: string): Promise<void> {
  await client.query(`listen ${client.escapeIdentifier(channel)}`)
}

async function check(client: Client): Promise<void> {
  try {
    const query = { text: 'select 1', query_timeout: CHECK_TIMEOUT_MS }
    await client.query(query)
  } catch {
    await client.end().catch(() => {})
  }
}
