// A job of croner in a process of its own: each run is a sync, and a server tells when one never started.
import { createMonitor } from 'canvas-sync-monitor'
import { cronerJob, declareSchedule, endOnSignal } from 'canvas-sync-monitor/jobs'
import { Cron } from 'croner'

const baseUrl = process.env['CANVAS_BASE_URL'] ?? ''
const token = process.env['CANVAS_ACCESS_TOKEN'] ?? ''

const monitor = await createMonitor({
  database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
})

const nightly = cronerJob(monitor, { syncType: 'nightly' }, async (sync) => {
  const canvas = sync.canvas({ baseUrl, token })
  for await (const course of canvas.list<{ id: string }>('/api/v1/courses')) {
    sync.recordCourse({ updated: true, courseId: course.id })
  }
})

// `protect`: one at a time; a run that is left out is shown as a cancelled sync.
const job = new Cron(
  process.env['CRON'] ?? '0 2 * * *',
  { timezone: 'Europe/Zurich', protect: nightly.skipped, catch: true },
  nightly,
)
await declareSchedule(monitor, 'nightly', {
  cron: job.getPattern(),
  timeZone: job.options.timezone,
})

// On SIGTERM: no more runs, the one that runs may end, then the monitor.
endOnSignal(monitor, async () => {
  job.stop()
  await nightly.idle()
})
