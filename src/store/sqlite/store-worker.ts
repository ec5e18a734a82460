import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../core/clock.ts'
import { STORE_PARTS } from '../store.ts'
import { HeartbeatKeeper } from './heartbeat-keeper.ts'
import { SqliteStore } from './sqlite-store.ts'
import {
  OPENED,
  packError,
  type AnswerMessage,
  type CallMessage,
  type WorkerOptions,
} from './worker-protocol.ts'

/** The thread that owns the SQLite connections: the job's event loop never waits for a disk. */
const port = parentPort
if (port === null) throw new Error('store-worker runs as a worker thread')

const send = (answer: AnswerMessage): void => {
  port.postMessage(answer)
}

type Callable = Record<string, (...args: readonly unknown[]) => Promise<unknown>>

function serve(store: SqliteStore, keeper: HeartbeatKeeper): (message: CallMessage) => Promise<void> {
  const parts = { store } as unknown as Record<string, Callable>
  for (const name of STORE_PARTS) parts[name] = store[name] as unknown as Callable
  return async ({ id, part, method, args }) => {
    try {
      const value = await parts[part]?.[method]?.(...args)
      keeper.follow(method, args, value)
      send({ id, value })
    } catch (error) {
      send({ id, error: packError(error) })
    }
    if (part === 'store' && method === 'close') {
      keeper.stop()
      port?.close()
    }
  }
}

try {
  const options = workerData as WorkerOptions
  const store = new SqliteStore(options.path)
  const keeper = new HeartbeatKeeper(store.syncs, systemClock, options.heartbeat_interval_ms)
  const answer = serve(store, keeper)
  port.on('message', (message: CallMessage) => void answer(message))
  send({ id: OPENED })
} catch (error) {
  send({ id: OPENED, error: packError(error) })
  port.close()
}
