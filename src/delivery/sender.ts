import type { Clock } from '../core/clock.ts'
import { INCIDENT_KINDS } from '../core/notification.ts'
import type { ClaimedBatch, NotificationStore, OutboxRow, Settlement } from '../store/notifications.ts'
import type { Channel, SendResult } from './channel.ts'
import { composeBatch, type ComposedBatch } from './compose-batch.ts'
import type { ComposeReport } from './compose-report.ts'
import { incidentMessage, testMessage, type IncidentWords } from './incident-message.ts'
import type { Message } from './message.ts'
import { findIncidents, type ReadIncidents } from './planner.ts'
import { afterAttempt, readerDueAt } from './retry.ts'

export interface SenderOptions {
  readonly channel: Channel
  readonly notifications: NotificationStore
  readonly incidents: ReadIncidents
  readonly words: IncidentWords
  /** Default: reports wait for another sender. */
  readonly composeReport?: ComposeReport | undefined
  readonly public_url: string | null
  readonly time_zone: string
  readonly clock: Clock
  /** Unique for each sender. */
  readonly holder: string
  readonly random: () => number
  /** How long an attempt may take, milliseconds. Default 10,000. */
  readonly attempt_ms?: number
  /** How long a channel belongs to a sender that says nothing more. Must be longer. Default 30,000. */
  readonly lease_ms?: number
  /** Time between two messages. Default 1,000. */
  readonly spacing_ms?: number
  /** Time between two messages about incidents. Default 15,000. */
  readonly gap_ms?: number
  /** Gets what should not happen. */
  readonly onError: (error: unknown) => void
}

const ATTEMPT_MS = 10_000
const LEASE_MS = 30_000
const SPACING_MS = 1000
const GAP_MS = 15_000
const MOST_ROWS = 1000
/** When a report is tried to be made again. */
const MADE_AGAIN_MS = 60_000

interface Composed extends ComposedBatch {
  readonly message: Message | null
}

const NOTHING_ELSE = { told: [], notices: [], withdrawn: [], postponed: [], reference: null }

/** Sends what waits for one channel. First it is sent and then that is noted: whoever is killed in between sends again. */
export class Sender {
  readonly #options: SenderOptions
  /** So many are sent alone: one of several in a message was refused for good, and must not take the others with it. */
  #alone = 0

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** One message; false when there is nothing to do now. */
  async sendNext(): Promise<boolean> {
    const { channel, notifications, clock, holder, lease_ms = LEASE_MS, gap_ms = GAP_MS } = this.#options
    const most = this.#alone > 0 ? 1 : MOST_ROWS
    const claim = { channel: channel.name, holder, now: clock.now(), lease_ms, gap_ms, most }
    const batch = await notifications.claim(claim)
    if (batch === null) return false
    const composed = await this.#compose(batch)
    const started = clock.monotonic()
    const answer = composed.message === null ? null : await this.#attempt(batch, composed, composed.message)
    const result = this.#unlessOfMany(answer, batch)
    const duration_ms = Math.round(clock.monotonic() - started)
    await notifications.settle(this.#settlement(batch, composed, result, duration_ms))
    return true
  }

  async #compose(batch: ClaimedBatch): Promise<Composed> {
    const { incidents, words, public_url, time_zone, clock, channel } = this.#options
    const [lead] = batch.rows
    const now = clock.now()
    const place = { words, public_url, time_zone, now }
    if (lead === undefined) return { ...NOTHING_ELSE, message: null }
    if (lead.kind === 'test') {
      return { ...NOTHING_ELSE, message: testMessage(channel.name, { ...place, now: lead.created_at }) }
    }
    if (!INCIDENT_KINDS.includes(lead.kind)) return await this.#composeReport(lead, now)
    const ids = new Set(batch.rows.map(({ incident_id }) => incident_id).filter((id) => id !== null))
    const composed = composeBatch(batch, await findIncidents(incidents, ids), now)
    return { ...composed, message: composed.told.length === 0 ? null : incidentMessage(composed.told, place) }
  }

  /** What cannot be made waits, and holds up nothing else. */
  async #composeReport({ id, report_id, reader }: OutboxRow, now: number): Promise<Composed> {
    const { composeReport, channel, onError } = this.#options
    const later = { ...NOTHING_ELSE, message: null, postponed: [{ id, due_at: now + MADE_AGAIN_MS }] }
    if (composeReport === undefined) return later
    try {
      const given = { report_id: report_id ?? 0, channel: channel.name, reader }
      const message = await composeReport(given)
      return { ...NOTHING_ELSE, message, withdrawn: message === null ? [id] : [] }
    } catch (error) {
      onError(error)
      return later
    }
  }

  async #attempt(batch: ClaimedBatch, { reference }: Composed, message: Message): Promise<SendResult> {
    const { channel, onError, attempt_ms = ATTEMPT_MS } = this.#options
    const [lead] = batch.rows
    if (lead === undefined) return { outcome: 'failed', error: 'internal' }
    const letter = {
      id: `csm-${lead.id}-${lead.created_at.toString(36)}`,
      message,
      created_at: lead.created_at,
      reference,
      progress: lead.progress,
      signal: AbortSignal.timeout(attempt_ms),
    }
    try {
      return await channel.send(letter)
    } catch (error) {
      onError(error)
      return { outcome: 'again', error: 'internal' }
    }
  }

  #unlessOfMany(result: SendResult | null, { rows }: ClaimedBatch): SendResult | null {
    if (this.#alone > 0) this.#alone--
    if (result?.outcome !== 'failed' || rows.length === 1) return result
    this.#alone = rows.length
    return { outcome: 'again', error: result.error }
  }

  #settlement(
    batch: ClaimedBatch,
    { notices, withdrawn, postponed }: Composed,
    result: SendResult | null,
    duration_ms: number,
  ): Settlement {
    const { clock, random, spacing_ms = SPACING_MS } = this.#options
    const at = clock.now()
    const { channel, holder, rows, failures } = batch
    const [lead] = rows
    const sent = result ?? { outcome: 'failed' as const, error: '' }
    return {
      channel,
      holder,
      ids: rows.map(({ id }) => id),
      at,
      duration_ms,
      outcome: result?.outcome ?? 'nothing',
      error: result?.error ?? null,
      retry_after_ms: result?.outcome === 'again' ? (result.retry_after_ms ?? null) : null,
      withdrawn,
      postponed,
      told: result?.outcome === 'sent' ? notices : [],
      reference: result?.outcome === 'sent' ? (result.reference ?? null) : null,
      progress: result?.outcome === 'again' ? (result.progress ?? null) : null,
      reader_due_at: lead?.reader == null || result === null ? null : readerDueAt(result, lead.attempts, at),
      ...afterAttempt(sent, failures, random(), at, spacing_ms),
    }
  }
}
