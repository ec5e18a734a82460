import assert from 'node:assert/strict'
import * as fc from '../support/fast-check.ts'
import { errorFingerprint } from '../../src/core/error-fingerprint.ts'
import type { FinishStatus } from '../../src/core/sync-status.ts'
import { bucketStart, TIME_BUCKETS } from '../../src/core/time-buckets.ts'
import type { SyncProgress } from '../../src/store/sync-store.ts'
import type { Store } from '../../src/store/store.ts'
import { START, syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'
import type { CountedSync } from './naive-figures.ts'
import { countersOf } from './random-syncs.ts'

const DAY_MS = 86_400_000
export const USERS: readonly string[] = ['1', '2', 'anna']

/** Around the borders of buckets, where mistakes are. */
export const startTime: fc.Arbitrary<number> = fc
  .record({
    bucket: fc.constantFrom(...TIME_BUCKETS),
    back_ms: fc.nat(100 * DAY_MS),
    beside_ms: fc.constantFrom(-1, 0, 1, 1234),
  })
  .map(({ bucket, back_ms, beside_ms }) => bucketStart(bucket, START - back_ms) + beside_ms)

export type Step =
  | { readonly does: 'start'; readonly user_id: string | null; readonly at: number }
  | { readonly does: 'progress'; readonly which: number; readonly count: number }
  | {
      readonly does: 'finish'
      readonly which: number
      readonly status: FinishStatus
      readonly count: number
      readonly duration_ms: number
      readonly message: string | null
    }
  | { readonly does: 'lose'; readonly which: number }
  | { readonly does: 'time out'; readonly which: number }
  | { readonly does: 'delete'; readonly before: number }

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant<'start'>('start'),
      user_id: fc.constantFrom(...USERS, null),
      at: startTime,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant<'progress'>('progress'),
      which: fc.nat(),
      count: fc.nat(1000),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant<'finish'>('finish'),
      which: fc.nat(),
      status: fc.constantFrom<FinishStatus>('completed', 'completed', 'partial', 'failed', 'cancelled'),
      count: fc.nat(1000),
      duration_ms: fc.oneof(fc.nat(5000), fc.double({ min: 0, max: 1e7, noNaN: true })),
      message: fc.constantFrom('Course 12 is gone.', 'Course 977 is gone.', 'No more tokens.', null),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.record({ does: fc.constant<'lose'>('lose'), which: fc.nat() }),
      fc.record({ does: fc.constant<'time out'>('time out'), which: fc.nat() }),
    ),
  },
  fc.record({ does: fc.constant<'delete'>('delete'), before: startTime }),
)

type Opened = () => { readonly store: Store }

export interface KnownSync extends CountedSync {
  readonly id: number
}

/** Does to a store what it remembers. */
export class History {
  readonly syncs: KnownSync[] = []
  readonly #opened: Opened
  #started = 0

  constructor(opened: Opened) {
    this.#opened = opened
  }

  async do(step: Step): Promise<void> {
    const { store } = this.#opened()
    if (step.does === 'start') {
      const { at: started_at, user_id } = step
      const id = await store.syncs.startSync(syncStart(`history-${++this.#started}`, { started_at, user_id }))
      this.syncs.push({ id, user_id, start: started_at, status: 'in_progress', ...NOTHING_YET })
      return
    }
    if (step.does === 'delete') {
      await store.retention.deleteSyncs(step.before, null, 3)
      for (const sync of this.syncs) sync.deleted ||= (await store.syncs.getSync(sync.id)) === null
      return
    }
    const there = this.syncs.filter((sync) => !sync.deleted)
    const sync = there[step.which % Math.max(1, there.length)]
    if (sync === undefined) return
    if (step.does === 'progress') await store.syncs.saveProgress(sync.id, progressOf(sync, step.count))
    else if (step.does === 'lose')
      await store.syncs.markLost([sync.id], `Host ${sync.id} is gone.`, sync.start)
    else if (step.does === 'time out') {
      await store.syncs.markTimedOut(sync.id, 'It ran too long.', sync.start + 5000, 5000)
    } else {
      const { status, duration_ms, message, count } = step
      await store.syncs.finishSync(
        sync.id,
        syncFinish({
          ...progressOf(sync, count),
          status,
          duration_ms,
          finished_at: sync.start + Math.trunc(duration_ms),
          error_type: message === null ? null : 'not_found',
          error_message: message,
        }),
      )
    }
    await this.#readBack(sync)
  }

  /** What a report does to a sync is another test's business. */
  async #readBack(sync: KnownSync): Promise<void> {
    const row = await this.#opened().store.syncs.getSync(sync.id)
    assert.ok(row)
    sync.status = row.sync_status
    sync.duration_seconds = row.total_duration_seconds
    sync.counters = row
    sync.fingerprint = errorFingerprint(row)
    sync.message = row.error_message
  }
}

const NOTHING_YET = {
  duration_seconds: null,
  counters: countersOf(0),
  deleted: false,
  fingerprint: null,
  message: null,
}

const progressOf = ({ start }: KnownSync, count: number): SyncProgress =>
  syncProgress({ counters: countersOf(count), heartbeat_at: start + 1000 })
