import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import type { LogStream } from '../../../src/core/log-event.ts'
import { toSyncRecord, type CourseOutcome, type SyncRecord } from '../../../src/core/sync-record.ts'
import { SYNCED_ENTITIES, SYNCED_TABLES, type SyncedEntity } from '../../../src/core/synced-entity.ts'
import { runSync, type RunSyncOptions } from '../../../src/engine/sync-engine.ts'
import { MemoryLogWriter } from '../../../src/logs/writing/memory-log-writer.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/index.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { createMonitor, type Monitor } from '../../../src/tracker/monitor.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

export type LogLine = Readonly<Record<string, unknown>>

/** One row of a synced table, as an application reads it. */
export interface StoredRow {
  readonly id: string
  readonly data: string
  readonly deleted_at: string | null
  readonly last_seen_at: string
}

/** What an operator has after a sync. */
export interface SyncRun {
  readonly record: SyncRecord
  readonly outcomes: readonly CourseOutcome[]
  outcome(course_id: string): CourseOutcome
  /** The sync's own lines of a stream; of one event when it is named. */
  lines(stream: LogStream, event?: string): readonly LogLine[]
}

/** A university, a database file, a log and a clock that moves only when somebody waits. */
export interface EngineWorld {
  readonly simulator: Simulator
  readonly clock: FakeClock
  readonly store: Store
  readonly logs: MemoryLogWriter
  readonly monitor: Monitor
  readonly database_path: string
  /** Ids of all courses that the default list of the root account shows. */
  readonly course_ids: readonly string[]
  /** The course with the most submissions: more than one page of 100. */
  readonly largest_course_id: string
  /** A sync of the whole account with an administrator's token, unless `options` says otherwise. */
  sync(options?: Partial<RunSyncOptions>): Promise<SyncRun>
  /** Rows of a table, by id. */
  rows(entity: SyncedEntity, where?: string): Map<string, StoredRow>
  /** All rows of all synced tables, or of those named, keyed by table and id. */
  everything(entities?: readonly SyncedEntity[]): Map<string, StoredRow>
  query(sql: string): Record<string, unknown>[]
}

const SIZE = { accounts: 2, terms: 2, courses: 6, students: 40, assignments_per_course: 6 }

export async function engineWorld(
  test: TestContext,
  options: SimulatorOptions & { readonly clock?: FakeClock; readonly logs?: MemoryLogWriter } = {},
): Promise<EngineWorld> {
  const clock = options.clock ?? new FakeClock({ auto: true })
  const simulator = await startSimulator({ now: () => clock.now(), throttle: false, size: SIZE, ...options })
  test.after(() => simulator.close())
  const database_path = join(temporaryDirectory(), 'sync.db')
  const store = await openStore(`sqlite:${database_path}`)
  test.after(() => store.close())
  const logs = options.logs ?? new MemoryLogWriter({ clock })
  const monitor = await createMonitor({ store, logs, clock })
  test.after(() => monitor.close())
  const query = (sql: string): Record<string, unknown>[] => {
    const database = new DatabaseSync(database_path, { readOnly: true })
    try {
      return database.prepare(sql).all()
    } finally {
      database.close()
    }
  }
  const rows = (entity: SyncedEntity, where = 'true'): Map<string, StoredRow> => {
    const table = SYNCED_TABLES[entity].table
    const found = query(`select id, data, deleted_at, last_seen_at from ${table} where ${where} order by id`)
    return new Map(found.map((row) => [String(row['id']), row as unknown as StoredRow]))
  }
  const { truth } = simulator.university
  const course_ids = [...truth.courses()].map((course) => String(course['id']))
  const sizes = new Map(course_ids.map((id) => [id, [...truth.submissions(id)].length]))
  const [largest_course_id = ''] = course_ids.toSorted((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0))
  return {
    simulator,
    clock,
    store,
    logs,
    monitor,
    database_path,
    course_ids,
    largest_course_id,
    query,
    rows,
    everything: (entities = SYNCED_ENTITIES) =>
      new Map(
        entities.flatMap((entity) =>
          [...rows(entity)].map(([id, row]): [string, StoredRow] => [`${entity} ${id}`, row]),
        ),
      ),
    async sync(changes = {}) {
      // Time passes between two syncs, as it does between two nights.
      clock.advance(60_000)
      const record = await runSync({
        monitor,
        clock,
        baseUrl: simulator.base_url,
        token: simulator.tokens.admin,
        account: 'self',
        userId: 42,
        // One course after another: a wait on the fake clock must not time out another course's call.
        courseConcurrency: 1,
        client: { random: seededRandom(7) },
        ...changes,
      })
      return await runOf(store, logs, record)
    },
  }
}

async function runOf(store: Store, logs: MemoryLogWriter, record: SyncRecord): Promise<SyncRun> {
  const stored = await store.syncs.getSync(record.id)
  assert.ok(stored !== null)
  const { heartbeat_at: _, progress: __, ...told } = record
  assert.partialDeepStrictEqual(toSyncRecord(stored), told, 'the row says what the record says')
  const outcomes = await store.syncs.listCourseOutcomes(record.id)
  return {
    record,
    outcomes,
    outcome(course_id) {
      const found = outcomes.find((one) => one.course_id === course_id)
      if (found === undefined) throw new Error(`course ${course_id} has no outcome`)
      return found
    },
    lines: (stream, event) =>
      logs
        .events(stream)
        .filter((line) => line['task_id'] === record.sync_task_id)
        .filter((line) => event === undefined || line['event'] === event),
  }
}
