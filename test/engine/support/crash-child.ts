import { writeSync } from 'node:fs'
import { runSync } from '../../../src/engine/sync-engine.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type { Store } from '../../../src/store/store.ts'
import type { SyncStore } from '../../../src/store/sync-store.ts'
import type { SyncedDataStore } from '../../../src/store/synced-data-store.ts'
import { createMonitor } from '../../../src/tracker/monitor.ts'
import type { Acknowledged, ChildArguments } from './crash.ts'

/** A process to be killed: runs one sync and says on stdout what the store has acknowledged. */
const given = JSON.parse(process.argv[2] ?? '{}') as ChildArguments

/** At once and not through a stream: what is said here must be out before the kill. */
function acknowledge(what: Acknowledged): void {
  writeSync(1, `${JSON.stringify(what)}\n`)
}

/** The store, telling of each write once it has resolved. */
function telling(store: Store): Store {
  const { syncs, data } = store
  const told_syncs: Partial<SyncStore> = {
    async startSync(start) {
      const sync_id = await syncs.startSync(start)
      acknowledge({ kind: 'sync', sync_id })
      return sync_id
    },
    async saveCourseOutcome(sync_id, outcome) {
      await syncs.saveCourseOutcome(sync_id, outcome)
      acknowledge({ kind: 'outcome', sync_id, course_id: outcome.course_id })
    },
  }
  const told_data: Partial<SyncedDataStore> = {
    async applyRows(listing, rows) {
      const counts = await data.applyRows(listing, rows)
      acknowledge({ kind: 'rows', entity: listing.entity, ids: rows.map(({ id }) => id) })
      return counts
    },
    async saveCheckpoint(source_id, scope, checkpoint) {
      await data.saveCheckpoint(source_id, scope, checkpoint)
      acknowledge({ kind: 'checkpoint', course_id: checkpoint.course_id })
    },
  }
  return {
    ...store,
    syncs: overlaid(syncs, told_syncs),
    data: overlaid(data, told_data),
    health: () => store.health(),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  }
}

function overlaid<T extends object>(below: T, above: Partial<T>): T {
  return new Proxy(below, {
    get: (_, name) => Reflect.get(name in above ? above : below, name) as unknown,
  })
}

const store = telling(await openStore(`sqlite:${given.database_path}`))
const monitor = await createMonitor({ store, logDir: given.log_directory, saveIntervalMs: 5 })
await runSync({
  monitor,
  baseUrl: given.base_url,
  token: given.token,
  account: 'self',
  courseConcurrency: 3,
})
await monitor.close()
await store.close()
