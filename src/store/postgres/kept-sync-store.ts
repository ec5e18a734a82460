import { SqlSyncStore } from '../sql/syncs/sql-sync-store.ts'
import type { SqlDatabase } from '../sql/sql-database.ts'
import type { FinishAnswer, SyncFinish, SyncStart } from '../sync-store.ts'
import type { HeartbeatThread } from './heartbeat-thread.ts'

/** The syncs of a store, with somebody who keeps the heartbeats of those that this process runs. */
export class KeptSyncStore extends SqlSyncStore {
  readonly #heartbeats: HeartbeatThread

  constructor(database: SqlDatabase, heartbeats: HeartbeatThread) {
    super(database)
    this.#heartbeats = heartbeats
  }

  override async startSync(start: SyncStart): Promise<number> {
    const sync_id = await super.startSync(start)
    this.#heartbeats.follow({ method: 'startSync', sync_id })
    return sync_id
  }

  override async finishSync(sync_id: number, finish: SyncFinish): Promise<FinishAnswer> {
    const answer = await super.finishSync(sync_id, finish)
    this.#heartbeats.follow({ method: 'finishSync', sync_id })
    return answer
  }
}
