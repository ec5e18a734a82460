// A script that cron starts. It exits with 0 or 1; asked to end, it is recorded as cancelled and exits with 143.
import { createMonitor } from 'canvas-sync-monitor'
import { endOnSignal } from 'canvas-sync-monitor/jobs'

const baseUrl = process.env['CANVAS_BASE_URL'] ?? ''
const token = process.env['CANVAS_ACCESS_TOKEN'] ?? ''

await using monitor = await createMonitor({
  database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
})
endOnSignal(monitor)

await monitor.track({ syncType: 'nightly', userId: 42, trigger: 'cron' }, async (sync) => {
  const canvas = sync.canvas({ baseUrl, token })
  for await (const course of canvas.list<{ id: string }>('/api/v1/courses')) {
    sync.recordCourse({ updated: true, courseId: course.id })
  }
})
