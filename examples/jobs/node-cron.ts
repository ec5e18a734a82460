// A task of node-cron in a process of its own: each run is a sync, and a server tells when one never started.
import { createMonitor } from 'canvas-sync-monitor'
import { declareSchedule, endOnSignal, nodeCronJob } from 'canvas-sync-monitor/jobs'
import { schedule } from 'node-cron'

const baseUrl = process.env['CANVAS_BASE_URL'] ?? ''
const token = process.env['CANVAS_ACCESS_TOKEN'] ?? ''

const monitor = await createMonitor({
  database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
})

const nightly = nodeCronJob(monitor, { syncType: 'nightly' }, async (sync) => {
  const canvas = sync.canvas({ baseUrl, token })
  for await (const course of canvas.list<{ id: string }>('/api/v1/courses')) {
    sync.recordCourse({ updated: true, courseId: course.id })
  }
})

// One at a time; a run that is left out is shown as a cancelled sync.
const timezone = 'Europe/Zurich'
const task = schedule(process.env['CRON'] ?? '0 2 * * *', nightly, { timezone, noOverlap: true })
task.on('execution:overlap', nightly.skipped)
await declareSchedule(monitor, 'nightly', { cron: task.getPattern(), timeZone: timezone })

// On SIGTERM: no more runs, the one that runs may end, then the monitor.
endOnSignal(monitor, async () => {
  await task.destroy()
  await nightly.idle()
})
