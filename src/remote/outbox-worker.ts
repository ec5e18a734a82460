import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../core/clock.ts'
import { systemErrorCode } from '../core/errors.ts'
import type { OutboxCall, OutboxNews, OutboxWorkerOptions } from './outbox-protocol.ts'
import { Outbox } from './outbox.ts'
import { sender } from './sender.ts'
import { Spool } from './spool/spool.ts'
import type { StartAnswer } from './taken-starts.ts'

/** The thread that owns the spool and the connections: a job whose event loop is blocked is heard all the same. */
const port = parentPort
if (port === null) throw new Error('outbox-worker runs as a worker thread')

const HEALTH_INTERVAL_MS = 1000

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
  const take = async (call: OutboxCall): Promise<StartAnswer | boolean> => {
    switch (call.kind) {
      case 'put': {
        const { durable, droppable } = call
        outbox.add(call.text === '' ? [] : call.text.split('\n'), { durable, droppable })
        return true
      }
      case 'start':
        return await outbox.start(call.task_id, call.line, remote.start_wait_ms)
      case 'health':
        return true
      case 'close': {
        stopTelling()
        return await outbox.close(remote.close_wait_ms)
      }
    }
  }
  port?.on('message', (call: OutboxCall) => {
    void take(call).then((value) => {
      tell({ kind: 'answer', id: call.id, value, health: outbox.health })
      if (call.kind === 'close') port.close()
    })
  })
  tell({ kind: 'opened', run: spool.run })
}

try {
  serve(workerData as OutboxWorkerOptions)
} catch (error) {
  tell({ kind: 'failed', code: systemErrorCode(error) ?? 'unknown' })
  port.close()
}
