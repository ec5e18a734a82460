import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keepHeapSmall } from '../../src/cli/small-heap.ts'
import { runSync } from '../../src/engine/sync-engine.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import type { SimulatorFacts } from './simulator-process.ts'

export interface SyncChildOrder extends SimulatorFacts {
  readonly directory: string
  /** As the command does; a job that embeds the monitor has Node's defaults. */
  readonly small_heap: boolean
}

export interface SyncChildReport {
  readonly peak_mebibytes: number
  readonly status: string
  readonly error: string | null
  readonly api_calls: number
  readonly submissions: number
  readonly seconds: number
}

/** The most memory this process had resident since it began, as the kernel counts it. */
function peakMebibytes(): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  if (line === null) throw new Error('/proc/self/status has no VmHWM.')
  return Number(line[1]) / 1024
}

/** One sync in a process of its own, and nothing of the bench. */
const order = JSON.parse(process.argv[2] ?? '{}') as SyncChildOrder
const { base_url, token, account_id, directory } = order
if (order.small_heap) keepHeapSmall()
const started_ms = performance.now()
const monitor = await createMonitor({
  database: `sqlite:${join(directory, 'canvas-sync.db')}`,
  logDir: join(directory, 'logs'),
})
const record = await runSync({ monitor, baseUrl: base_url, token, account: account_id })
await monitor.close()
const report: SyncChildReport = {
  peak_mebibytes: peakMebibytes(),
  status: record.sync_status,
  error: record.error_message,
  api_calls: record.api_metrics.calls_made,
  submissions: record.submissions.processed,
  seconds: (performance.now() - started_ms) / 1000,
}
process.send?.(report)
process.disconnect?.()
