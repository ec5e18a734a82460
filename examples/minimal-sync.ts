/** One monitored sync of your own, in the form that cannot forget the end. */
import { createMonitor } from 'canvas-sync-monitor'

const baseUrl = process.env['CANVAS_BASE_URL'] ?? ''
const token = process.env['CANVAS_ACCESS_TOKEN'] ?? ''

await using monitor = await createMonitor({
  database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
})

await monitor.track({ userId: 42, syncType: 'courses' }, async (sync) => {
  const canvas = sync.canvas({ baseUrl, token })
  for await (const course of canvas.list<{ id: string }>('/api/v1/courses')) {
    sync.recordCourse({ created: true, courseId: course.id })
  }
  console.log(JSON.stringify(sync.toJSON().courses))
})
