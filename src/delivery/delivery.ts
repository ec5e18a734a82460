import { randomUUID } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import type { ChannelKind } from '../core/notification.ts'
import type { NewNotification, NotificationStore } from '../store/notifications.ts'
import type { Channel } from './channel.ts'
import { openChannel } from './channels/open-channel.ts'
import type { ComposeReport, ReportReader } from './compose-report.ts'
import { TRIED_FOR_MS, type DeliveryConfig } from './delivery-config.ts'
import type { IncidentWords } from './incident-message.ts'
import { Planner, type ReadIncidents } from './planner.ts'
import { Sender, type SenderOptions } from './sender.ts'

type SenderTimes = Pick<SenderOptions, 'attempt_ms' | 'lease_ms' | 'spacing_ms' | 'gap_ms'>

export interface DeliveryOptions extends SenderTimes {
  readonly config: DeliveryConfig
  readonly incidents: ReadIncidents
  readonly notifications: NotificationStore
  readonly words: IncidentWords
  /** Default: reports wait for a server that can make them. */
  readonly composeReport?: ComposeReport | undefined
  readonly clock: Clock
  readonly onError: (error: unknown) => void
  /** Names this process to others. Default: nobody can tell. */
  readonly process?: string
  /** Whether the process of this name is gone for certain. Default: nobody can tell; then its leases end by themselves. */
  readonly isGone?: (process: string) => boolean
  /** Default: those of the configuration. */
  readonly channels?: readonly Channel[]
  /** Default `Math.random`. */
  readonly random?: () => number
}

/** Where messages go, as may be shown. */
export interface KnownChannel {
  readonly name: string
  readonly kind: ChannelKind
  readonly target: string
  readonly fallback: string | null
}

const LOOK_MS = 1000
const SOONEST_MS = 10
const TIDY_MS = 60_000
const EXPIRED_AT_ONCE = 500
/** After trouble with the database. */
const REST_MS = 5000

/** Plans and sends notifications until it is stopped. Any number of servers may do it over one database. */
export class Delivery {
  readonly #options: DeliveryOptions
  readonly #channels: readonly Channel[]
  readonly #planner: Planner
  readonly #stopping = new AbortController()
  #running: Promise<unknown> | null = null
  #wake = new AbortController()

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#channels =
      options.channels ?? options.config.channels.map((channel) => openChannel(channel, options.clock))
    this.#planner = new Planner(options)
  }

  get channels(): readonly KnownChannel[] {
    const fallbacks = new Map(this.#options.config.channels.map(({ name, fallback }) => [name, fallback]))
    return this.#channels.map(({ name, kind, target }) => ({
      name,
      kind,
      target,
      fallback: fallbacks.get(name) ?? null,
    }))
  }

  /** @param plans whether changes of incidents are looked for too; default true */
  start({ plans = true }: { readonly plans?: boolean } = {}): void {
    const planning = (): Promise<void>[] => [
      this.#repeat(LOOK_MS, async () => {
        if ((await this.#planner.run()) > 0) this.#ring()
        return false
      }),
      this.#repeat(TIDY_MS, () => this.#tidy()),
    ]
    this.#running ??= Promise.all([
      ...(plans ? planning() : []),
      ...this.#channels.map((channel) => this.#sendTo(channel)),
    ])
  }

  /** There is something new to plan. */
  look(): void {
    this.#ring()
  }

  /** What is being sent is sent to its end. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /**
   * Hands a report over, to each reader on its own: tried, logged and given up on its own. May be called again for the
   * same report: who has it, or will have it, does not get it twice. Returns the ids, in their order.
   */
  async addReport(report_id: number, readers: readonly ReportReader[]): Promise<number[]> {
    const { notifications } = this.#options
    const ids = await notifications.add(
      readers.map(({ channel, reader }) => {
        const dedup_key = `report:${report_id}:${channel}:${reader ?? ''}`
        return this.#aloneNow({ dedup_key, channel, kind: 'report', report_id, reader })
      }),
    )
    this.#ring()
    return ids
  }

  /** A test of a channel, by the way that everything takes; returns its id. */
  async test(channel: string): Promise<number> {
    const { notifications, clock } = this.#options
    const dedup_key = `test:${randomUUID()}`
    const row = { dedup_key, channel, kind: 'test', report_id: null, reader: null } as const
    const [id = 0] = await notifications.add([this.#aloneNow(row)])
    await notifications.wake(channel, clock.now())
    this.#ring()
    return id
  }

  /** To be sent at once, with nothing else. */
  #aloneNow(
    row: Pick<NewNotification, 'dedup_key' | 'channel' | 'kind' | 'report_id' | 'reader'>,
  ): NewNotification {
    const now = this.#options.clock.now()
    const times = { created_at: now, due_at: now, expires_at: now + TRIED_FOR_MS }
    return { ...row, ...times, incident_id: null, group: null, repeat_ms: null }
  }

  /** Those who wait for something to do look again. */
  #ring(): void {
    this.#wake.abort()
    this.#wake = new AbortController()
  }

  async #sendTo(channel: Channel): Promise<void> {
    const { config, notifications, clock, random = Math.random } = this.#options
    const { public_url, calendar } = config
    const { time_zone } = calendar
    const sender = new Sender({
      ...this.#options,
      public_url,
      time_zone,
      channel,
      holder: `${this.#options.process ?? ''}|${randomUUID()}`,
      random,
    })
    await this.#repeat(LOOK_MS, async () => {
      if (await sender.sendNext()) return true
      const due_at = await notifications.nextDue([channel.name])
      return due_at === null ? false : due_at - clock.now()
    })
  }

  async #tidy(): Promise<false> {
    const { notifications, clock } = this.#options
    await this.#releaseGone()
    await notifications.expire(clock.now(), EXPIRED_AT_ONCE)
    return false
  }

  /** Who was killed in the middle of an attempt has left its channels; whoever was started instead need not wait. */
  async #releaseGone(): Promise<void> {
    const { notifications, isGone } = this.#options
    if (isGone === undefined) return
    const holders = await notifications.holders()
    const gone = holders.filter((holder) => isGone(holder.slice(0, holder.lastIndexOf('|'))))
    if (gone.length > 0 && (await notifications.release(gone)) > 0) this.#ring()
  }

  /** `work` says whether there is more to do at once, or in how many milliseconds. */
  async #repeat(interval_ms: number, work: () => Promise<boolean | number>): Promise<void> {
    const stopping = this.#stopping.signal
    while (!stopping.aborted) {
      const { signal: woken } = this.#wake
      let pause_ms = interval_ms
      try {
        const more = await work()
        if (more === true) continue
        if (more !== false) pause_ms = Math.min(interval_ms, Math.max(SOONEST_MS, more))
      } catch (error) {
        if (stopping.aborted) return
        this.#options.onError(error)
        pause_ms = REST_MS
      }
      await this.#options.clock.sleep(pause_ms, AbortSignal.any([stopping, woken])).catch(() => {})
    }
  }
}
