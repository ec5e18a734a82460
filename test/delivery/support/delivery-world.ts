import { after } from 'node:test'
import { join } from 'node:path'
import type { Channel, Letter, SendResult } from '../../../src/delivery/channel.ts'
import type { ChannelConfig, DeliveryConfig } from '../../../src/delivery/delivery-config.ts'
import { Planner } from '../../../src/delivery/planner.ts'
import { Sender, type SenderOptions } from '../../../src/delivery/sender.ts'
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { FakeIncidents, testWords } from './fake-incidents.ts'

export interface SentLetter {
  readonly at: number
  readonly channel: string
  readonly letter: Letter
  readonly result: SendResult
}

/** A channel that notes what it is given, and answers as the test says. */
export class FakeChannel implements Channel {
  readonly kind = 'stdout'
  readonly target = 'the test'
  readonly name: string
  readonly sent: SentLetter[] = []
  answer: (letter: Letter) => SendResult = () => ({ outcome: 'sent' })
  readonly #clock: FakeClock

  constructor(name: string, clock: FakeClock) {
    this.name = name
    this.#clock = clock
  }

  send(letter: Letter): Promise<SendResult> {
    const result = this.answer(letter)
    this.sent.push({ at: this.#clock.now(), channel: this.name, letter, result })
    return Promise.resolve(result)
  }

  /** The titles of what was taken. */
  get titles(): string[] {
    return this.taken.map(({ letter }) => letter.message.title)
  }

  get taken(): SentLetter[] {
    return this.sent.filter(({ result }) => result.outcome === 'sent')
  }
}

const named = (name: string): ChannelConfig => ({ name, kind: 'stdout', format: 'json', fallback: null })

/** Planner and senders over a database, in which a second passes when the test says so. */
export class DeliveryWorld {
  readonly clock: FakeClock = new FakeClock()
  readonly incidents: FakeIncidents = new FakeIncidents(this.clock)
  readonly store: Store
  readonly channels: readonly FakeChannel[]
  readonly config: DeliveryConfig
  readonly errors: unknown[] = []
  readonly #planner: Planner
  readonly #senders: readonly Sender[]

  constructor(given: Partial<DeliveryConfig> = {}, times: Partial<SenderOptions> = {}) {
    this.store = new SqliteStore(join(temporaryDirectory(), 'delivery.db'))
    after(() => this.store.close())
    const channels = given.channels ?? [named('ops')]
    this.config = {
      channels,
      routes: [
        {
          match: {},
          channels: channels.map(({ name }) => name),
          repeat_ms: 14_400_000,

          stop: false,
        },
      ],
      group_wait_ms: 15_000,
      group_interval_ms: 300_000,
      fallback_after_ms: 600_000,
      public_url: 'https://monitor.example.edu',
      calendar: { quiet_hours: [], terms: [], time_zone: 'UTC' },
      ...given,
    }
    this.channels = channels.map(({ name }) => new FakeChannel(name, this.clock))
    const { clock, incidents, config } = this
    const { notifications } = this.store
    this.#planner = new Planner({ incidents, notifications, config, clock })
    this.#senders = this.channels.map(
      (channel) =>
        new Sender({
          channel,
          notifications,
          incidents,
          words: testWords,
          public_url: config.public_url,
          time_zone: config.calendar.time_zone,
          clock,
          holder: channel.name,
          random: () => 0.5,
          onError: (error) => this.errors.push(error),
          ...times,
        }),
    )
  }

  get channel(): FakeChannel {
    return this.channels[0] as FakeChannel
  }

  /** What servers do all the time. */
  async work(): Promise<void> {
    await this.#planner.run()
    for (const sender of this.#senders) while (await sender.sendNext());
  }

  /** Lets so many seconds pass, and works in each. */
  async pass(seconds: number, each: (second: number) => void = () => {}, step_s = 1): Promise<void> {
    for (let second = 0; second < seconds; second += step_s) {
      each(second)
      await this.work()
      this.clock.advance(step_s * 1000)
    }
    await this.work()
  }
}
