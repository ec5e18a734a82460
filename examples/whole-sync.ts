/** The sync engine, for those who have no job of their own: everything, monitored, resumed after an interruption. */
import { createMonitor, runSync } from 'canvas-sync-monitor'

await using monitor = await createMonitor({
  database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
})

const record = await runSync({
  monitor,
  baseUrl: process.env['CANVAS_BASE_URL'] ?? '',
  token: process.env['CANVAS_ACCESS_TOKEN'] ?? '',
  userId: 42,
})
console.log(record.sync_status, record.submissions)
