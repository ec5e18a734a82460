import { systemClock } from '../../../core/clock.ts'
import { readQueueStatus, unattendedSources, type QueueStatus } from '../../../queue/queue-status.ts'
import type { Command } from '../../command.ts'
import { waitingText } from '../../queue/queue-text.ts'
import { printable } from '../../terminal.ts'
import { textTable } from '../../text-table.ts'
import { withQueue } from './queue.ts'

export const queueStatus: Command = {
  name: 'queue status',
  summary: 'how many syncs wait and run, and which workers live',
  options: {},
  notes: ['Exits with 1 when syncs wait and no worker that has their source lives.'],
  async run(context) {
    const { terminal, json } = context
    return await withQueue(context, async (queue, store) => {
      const status = await readQueueStatus(queue, store.queue, systemClock.now())
      if (json) terminal.json(status)
      else for (const line of statusLines(status)) terminal.data(line)
      return unattendedSources(status).length > 0 ? 1 : 0
    })
  },
}

function statusLines(status: QueueStatus): string[] {
  const { sources, workers } = status
  const lines = [waitingText(status)]
  if (sources.length > 0) {
    const rows = sources.map((source) => [
      printable(source.source),
      String(source.queued),
      String(source.running),
      String(source.workers),
    ])
    lines.push(...textTable([['source', 'waiting', 'running', 'workers'], ...rows], new Set([1, 2, 3])))
  }
  if (workers.length === 0) return [...lines, 'No worker has told of itself.']
  const rows = workers.map(({ id, state, running: runs, concurrency, heartbeat_at, version }) => [
    printable(id),
    state,
    `${runs} of ${concurrency}`,
    heartbeat_at,
    printable(version),
  ])
  return [...lines, ...textTable([['worker', 'state', 'running', 'last heard of', 'version'], ...rows])]
}
