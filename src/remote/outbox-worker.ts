import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../core/clock.ts'
import { systemErrorCode } from '../core/errors.ts'
import type { OutboxCall, OutboxNews, OutboxWorkerOptions } from './outbox-protocol.ts'
import { Outbox } from './outbox.ts'
import { sender } from './sender.ts'
import { Spool } from './spool/spool.ts'

/** The thread that owns the spool and the connections: a job whose event loop is blocked is heard all the same. */
const port = parentPort
if (port === null) throw new Error('outbox-worker runs as a worker thread')

const HEALTH_INTERVAL_MS = 250

const tell = (news: OutboxNews): void => {
  port.postMessage(news)
}

function serve({ remote, heartbeat_interval_ms }: OutboxWorkerOptions): void {
  const spool = new Spool(remote.spool_directory)
  const outbox = new Outbox({
    spool,
    send: sender(remote.endpoint, remote.token),
    clock: systemClock,
    limit_bytes: remote.spool_limit_bytes,
    heartbeat_interval_ms,
  })
  const stopTelling = systemClock.every(HEALTH_INTERVAL_MS, () => {
    tell({ kind: 'health', health: outbox.health })
  })
  const take = async (call: OutboxCall): Promise<void> => {
    switch (call.kind) {
      case 'add': {
        outbox.add(call.lines, { droppable: call.droppable })
        return
      }
      case 'keep': {
        outbox.add(call.lines, { durable: true })
        tell({ kind: 'answer', id: call.id, value: true })
        return
      }
      case 'start': {
        const value = await outbox.start(call.task_id, call.line, remote.start_wait_ms)
        tell({ kind: 'answer', id: call.id, value })
        return
      }
      case 'ended': {
        outbox.ended(call.task_id)
        return
      }
      case 'close': {
        const value = await outbox.close(remote.close_wait_ms)
        stopTelling()
        tell({ kind: 'health', health: outbox.health })
        tell({ kind: 'answer', id: call.id, value })
        port?.close()
      }
    }
  }
  port?.on('message', (call: OutboxCall) => void take(call))
  tell({ kind: 'opened', run: spool.run })
}

try {
  serve(workerData as OutboxWorkerOptions)
} catch (error) {
  tell({ kind: 'failed', code: systemErrorCode(error) ?? 'unknown' })
  port.close()
}
