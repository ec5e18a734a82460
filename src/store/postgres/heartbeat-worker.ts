import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../core/clock.ts'
import { SqlSyncStore } from '../sql/syncs/sql-sync-store.ts'
import { HeartbeatKeeper } from '../heartbeats/heartbeat-keeper.ts'
import type { FollowedCall, HeartbeatOptions } from './heartbeat-thread.ts'
import { PostgresDatabase } from './postgres-database.ts'
import { parsePostgresUrl } from './postgres-url.ts'

const options = workerData as HeartbeatOptions
const address = { ...parsePostgresUrl(options.url), pool_size: 2 }
const syncs = new SqlSyncStore(new PostgresDatabase(address))
const keeper = new HeartbeatKeeper(syncs, systemClock, options.heartbeat_interval_ms)

parentPort?.on('message', ({ method, sync_id, ran_ms }: FollowedCall) => {
  if (method === 'startSync') keeper.begin(sync_id, ran_ms)
  else keeper.follow(method, [sync_id], null)
})
