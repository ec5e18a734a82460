import type { Clock } from '../core/clock.ts'
import { isMonitorError } from '../core/errors.ts'
import type { IncidentChange } from '../core/incident.ts'
import { isInTerm, type AlertCalendar } from '../core/quiet-hours.ts'
import { RepeatedLook } from '../core/repeated-look.ts'
import type { Store } from '../store/store.ts'
import type { SourceFreshness } from '../store/sync-histories.ts'
import { CanvasHosts } from './canvas-hosts.ts'
import { judgeSchedules } from './judge-schedules.ts'
import type { SyncJudge } from './judge-syncs.ts'
import {
  judgeChannels,
  judgeDisks,
  judgeFreshness,
  judgeNightlyJobs,
  judgeTokens,
  type NamedChannel,
} from './judge-upkeep.ts'
import { LevelSettling } from './level-settling.ts'
import type { OwnMachine } from './own-machine.ts'
import { FORGET_AFTER_MS, ruleSettings, type RuleConfig, type RuleSettings } from './rule-settings.ts'
import { SyncLook } from './sync-look.ts'

const LOOK_MS = 2000
/** What changes slowly. */
const SLOW_MS = 60_000
/** Sources of one slow look: all of very many are gone through in turns. */
const SOURCES_AT_ONCE = 500
/** Members of incidents that one slow look gives up at most. */
const FORGOTTEN_AT_ONCE = 1000
/** What keeps failing is told again after so long. */
const TELL_AGAIN_MS = 60_000

export interface IncidentWatchOptions {
  readonly store: Store
  readonly clock: Clock
  readonly rules: RuleConfig
  readonly calendar: AlertCalendar
  /** When the tokens of users expire, epoch milliseconds. */
  readonly tokens: Readonly<Record<string, number>>
  readonly freshness_target_ms: number
  /** What nothing was heard of for so long is over, milliseconds. Default 14 days. */
  readonly forget_after_ms?: number
  /** Default: nothing is known of the machine. */
  readonly machine?: OwnMachine
  /** How it stands with the channels of notifications; default: there are none. */
  readonly channels?: () => Promise<readonly NamedChannel[]>
  /** Called when incidents have changed, for who tells people of it. Must not throw. */
  readonly onChanges?: (changes: readonly IncidentChange[]) => void
  /** Gets what kept a part of a look from its end; the next look makes up for it. */
  readonly onError: (error: unknown) => void
  /** Milliseconds between two looks. Default 2,000. */
  readonly look_ms?: number
}

/**
 * Applies the rules again and again. Any number of servers may watch the same database: whoever has settled what ended has
 * settled it, and what all of them see is found once.
 */
export class IncidentWatch {
  readonly #options: IncidentWatchOptions
  readonly #hosts: CanvasHosts
  readonly #syncs: SyncLook
  readonly #levels: {
    readonly [Name in 'schedules' | 'freshness' | 'tokens' | 'channels' | 'disks' | 'jobs']: LevelSettling
  }
  readonly #told = new Map<string, number>()
  readonly #looks: RepeatedLook
  #slow_at = Number.NEGATIVE_INFINITY
  #next_source = 0

  constructor(options: IncidentWatchOptions) {
    const { store, clock } = options
    this.#options = options
    this.#looks = new RepeatedLook(clock, () => this.#look())
    this.#hosts = new CanvasHosts(store, clock)
    this.#syncs = new SyncLook(store, clock, () => this.#syncJudge())
    const { incidents } = store
    this.#levels = {
      schedules: new LevelSettling(incidents, ['missed', 'late', 'duration']),
      freshness: new LevelSettling(incidents, ['stale']),
      tokens: new LevelSettling(incidents, ['token_expiring']),
      channels: new LevelSettling(incidents, ['notification_failing']),
      disks: new LevelSettling(incidents, ['disk']),
      jobs: new LevelSettling(incidents, ['cleanup_overdue']),
    }
  }

  start(): void {
    this.#looks.every(this.#options.look_ms ?? LOOK_MS)
    void this.look()
  }

  /** Resolves when the look under way has ended. */
  stop(): Promise<void> {
    return this.#looks.stop()
  }

  /** Looks once; two calls at the same time share one look. Never rejects. */
  look(): Promise<void> {
    return this.#looks.once()
  }

  /** The settings that hold now. */
  settingsOf(sync_type: string | null): RuleSettings {
    const { rules, calendar, clock } = this.#options
    return ruleSettings(rules, sync_type, isInTerm(calendar, clock.now()))
  }

  async #look(): Promise<void> {
    const { clock } = this.#options
    await this.#part('syncs', () => this.#syncs.look())
    await this.#part('schedules', () => this.#lookAtSchedules())
    if (clock.monotonic() - this.#slow_at < SLOW_MS) return
    this.#slow_at = clock.monotonic()
    await this.#part('freshness', () => this.#lookAtFreshness())
    await this.#part('tokens', () => this.#lookAtTokens())
    await this.#part('channels', () => this.#lookAtChannels())
    await this.#part('machine', () => this.#lookAtMachine())
    // Mutes end, and what was explained is released, also where nothing happens.
    await this.#part('rest', () => this.#lookAtTheRest())
  }

  async #part(name: string, look: () => Promise<readonly IncidentChange[]>): Promise<void> {
    if (this.#looks.stopped) return
    const { onChanges, onError, clock } = this.#options
    try {
      const changes = await look()
      if (changes.length > 0) onChanges?.(changes)
    } catch (error) {
      // Whoever closed the store meanwhile wants no more of it.
      if (isMonitorError(error) && error.code === 'closed') return
      const told = this.#told.get(name) ?? Number.NEGATIVE_INFINITY
      if (clock.monotonic() - told < TELL_AGAIN_MS) return
      this.#told.set(name, clock.monotonic())
      onError(error)
    }
  }

  #syncJudge(): SyncJudge {
    const { store, calendar, tokens } = this.#options
    const by_type = new Map<string | null, RuleSettings>()
    return {
      store,
      hosts: this.#hosts,
      settingsOf: (sync_type) => {
        const settings = by_type.get(sync_type) ?? this.settingsOf(sync_type)
        by_type.set(sync_type, settings)
        return settings
      },
      time_zone: calendar.time_zone,
      token_users: new Set(Object.keys(tokens)),
    }
  }

  #lookAtSchedules(): Promise<IncidentChange[]> {
    const { store, clock } = this.#options
    const now = clock.now()
    return this.#levels.schedules.settle(async (bad) => {
      const streaks = await store.schedules.listStreaks(now)
      return judgeSchedules(streaks, bad, (sync_type) => this.settingsOf(sync_type), now)
    }, now)
  }

  #lookAtFreshness(): Promise<IncidentChange[]> {
    const { store, clock, freshness_target_ms } = this.#options
    const now = clock.now()
    const settings = this.settingsOf(null)
    const since = now - freshness_target_ms - settings.stale.after_ms
    return this.#levels.freshness.settle(async (bad) => {
      const sources: SourceFreshness[] = await store.histories.listFreshness(
        this.#next_source,
        since,
        SOURCES_AT_ONCE,
      )
      const from = this.#next_source
      const is_end = sources.length < SOURCES_AT_ONCE
      this.#next_source = is_end ? 0 : (sources.at(-1)?.source_id ?? 0)
      const { found, judged } = judgeFreshness(sources, settings, freshness_target_ms, now)
      // A source that is not there any more cannot be read.
      const through = is_end ? Number.MAX_SAFE_INTEGER : this.#next_source
      const there = new Set(sources.map(({ source_id }) => source_id))
      const gone = bad.filter(({ member }) => {
        const [, id] = JSON.parse(member) as [string, number]
        return id > from && id <= through && !there.has(id)
      })
      return { found, judged: [...judged, ...gone.map(({ rule, member }) => ({ rule, member }))] }
    }, now)
  }

  #lookAtTokens(): Promise<IncidentChange[]> {
    const { clock, tokens } = this.#options
    const now = clock.now()
    return this.#levels.tokens.settle((bad) => judgeTokens(tokens, bad, this.settingsOf(null), now), now)
  }

  #lookAtChannels(): Promise<IncidentChange[]> {
    const { clock, channels } = this.#options
    const now = clock.now()
    return this.#levels.channels.settle(
      async (bad) => judgeChannels((await channels?.()) ?? [], bad, this.settingsOf(null), now),
      now,
    )
  }

  async #lookAtTheRest(): Promise<IncidentChange[]> {
    const { store, clock, forget_after_ms = FORGET_AFTER_MS } = this.#options
    const now = clock.now()
    const settled = await store.incidents.settle([], [], now)
    const forgotten = await store.incidents.forgetSilent(now - forget_after_ms, now, FORGOTTEN_AT_ONCE)
    return [...(settled ?? []), ...forgotten]
  }

  async #lookAtMachine(): Promise<IncidentChange[]> {
    const { clock, machine } = this.#options
    if (machine === undefined) return []
    const now = clock.now()
    const settings = this.settingsOf(null)
    const disks = await this.#levels.disks.settle(
      async () => judgeDisks(machine.name, await machine.disks(), settings, now),
      now,
    )
    const jobs = await this.#levels.jobs.settle(
      async () => judgeNightlyJobs(await machine.nightlyJobs(now), settings, now),
      now,
    )
    return [...disks, ...jobs]
  }
}
