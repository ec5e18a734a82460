import { join } from 'node:path'
import { after } from 'node:test'
import { incidentWords } from '../../../src/core/incident-words.ts'
import type { Channel } from '../../../src/delivery/channel.ts'
import type { DeliveryConfig } from '../../../src/delivery/delivery-config.ts'
import { Planner } from '../../../src/delivery/planner.ts'
import { Sender } from '../../../src/delivery/sender.ts'
import { IncidentWatch } from '../../../src/incidents/incident-watch.ts'
import { NO_RULE_CHANGES } from '../../../src/incidents/rule-settings.ts'
import { Ingest } from '../../../src/ingest/ingest.ts'
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { openChannel } from '../../../src/delivery/channels/open-channel.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { HttpStandIn, REPLIES } from './http-stand-in.ts'
import { SmtpStandIn } from './smtp-stand-in.ts'

/** The whole way from what a program reports to what a channel is given, in which a second passes when the test says so. */
export class RealPath {
  readonly clock: FakeClock
  readonly store: Store
  readonly errors: unknown[]
  readonly #ingest: Ingest
  readonly #watch: IncidentWatch
  readonly #planner: Planner
  readonly #senders: readonly Sender[]

  static async open(channelsOf: (clock: FakeClock) => readonly Channel[]): Promise<RealPath> {
    const clock = new FakeClock()
    const directory = temporaryDirectory()
    const store = new SqliteStore(join(directory, 'path.db'))
    const errors: unknown[] = []
    const onFailure = (error: unknown): void => void errors.push(error)
    const ingest = await Ingest.open({ store: store.ingest, logDir: directory, clock, onFailure })
    after(async () => {
      await ingest.close()
      await store.close()
    })
    return new RealPath({ clock, store, errors, ingest, channels: channelsOf(clock) })
  }

  private constructor(given: {
    readonly clock: FakeClock
    readonly store: Store
    readonly errors: unknown[]
    readonly ingest: Ingest
    readonly channels: readonly Channel[]
  }) {
    const { clock, store, errors, ingest, channels } = given
    this.clock = clock
    this.store = store
    this.errors = errors
    this.#ingest = ingest
    const onError = (error: unknown): void => void errors.push(error)
    const { incidents, notifications } = store
    const calendar = { quiet_hours: [], terms: [], time_zone: 'UTC' }
    const hour_ms = 3_600_000
    this.#watch = new IncidentWatch({
      store,
      clock,
      rules: NO_RULE_CHANGES,
      calendar,
      tokens: {},
      freshness_target_ms: 24 * hour_ms,
      onError,
    })
    const names = channels.map(({ name }) => name)
    const config: DeliveryConfig = {
      channels: names.map((name) => ({ name, kind: 'stdout', format: 'json', fallback: null })),
      routes: [{ match: {}, channels: names, repeat_ms: 4 * hour_ms, stop: false }],
      group_wait_ms: 15_000,
      group_interval_ms: 300_000,
      fallback_after_ms: 600_000,
      public_url: 'https://monitor.example.edu',
      calendar,
    }
    this.#planner = new Planner({ incidents, notifications, config, clock })
    this.#senders = channels.map(
      (channel) =>
        new Sender({
          channel,
          notifications,
          incidents,
          words: incidentWords,
          public_url: config.public_url,
          time_zone: 'UTC',
          clock,
          holder: channel.name,
          random: () => 0.5,
          onError,
        }),
    )
  }

  /** What a program reports; all of it must be taken. */
  async report(events: readonly object[]): Promise<void> {
    const { rejected } = await this.#ingest.take(events)
    if (rejected !== 0) throw new Error(`${rejected} events were rejected`)
  }

  /** Lets so many seconds pass; in each, what a server does all the time. */
  async pass(
    seconds: number,
    each: (second: number) => Promise<void> = async () => {},
    step_s = 1,
  ): Promise<void> {
    for (let second = 0; second < seconds; second += step_s) {
      await each(second)
      if (second % 2 === 0 || step_s > 1) await this.#watch.look()
      await this.#planner.run()
      for (const sender of this.#senders) while (await sender.sendNext());
      this.clock.advance(step_s * 1000)
    }
  }
}

const SLACK = {
  name: 'slack',
  kind: 'slack',
  fallback: null,
  token: 'xoxb-1',
  webhook_url: null,
  slack_channel: '#canvas-sync-alerts',
} as const

export const slackOver = (slack: HttpStandIn, clock: FakeClock): Channel =>
  openChannel({ ...SLACK, api_url: slack.url }, clock)

/** A channel of each kind that goes over a network. */
export class ThreeChannels {
  readonly slack: HttpStandIn
  readonly hook: HttpStandIn
  readonly smtp: SmtpStandIn

  static async start(): Promise<ThreeChannels> {
    const slack = await HttpStandIn.start(REPLIES.slack())
    const hook = await HttpStandIn.start(REPLIES.status(204))
    return new ThreeChannels(slack, hook, await SmtpStandIn.start())
  }

  private constructor(slack: HttpStandIn, hook: HttpStandIn, smtp: SmtpStandIn) {
    this.slack = slack
    this.hook = hook
    this.smtp = smtp
  }

  open(clock: FakeClock): Channel[] {
    const named = { fallback: null }
    const mail = { smtp_url: this.smtp.url, from: 'a@example.edu', to: ['b@example.edu'] }
    const hook = { url: this.hook.url, secret: 'shh', allow_hosts: ['127.0.0.1'] }
    return [
      slackOver(this.slack, clock),
      openChannel({ ...named, ...mail, name: 'mail', kind: 'mail' }, clock),
      openChannel({ ...named, ...hook, name: 'hook', kind: 'webhook' }, clock),
    ]
  }
}

/** As the other side reads it. */
export const decodedMail = (raw: string): string =>
  Buffer.from(
    raw
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  ).toString('utf8')
