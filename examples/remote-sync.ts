// A sync job that has no database of its own: it reports to a server, and to a spool on its disk while that is away.
// CANVAS_SYNC_SERVER=https://monitor.example.edu CANVAS_SYNC_TOKEN=csm_… npm run example examples/remote-sync.ts
import { createRemoteMonitor } from 'canvas-sync-monitor'

await using monitor = await createRemoteMonitor({
  url: process.env['CANVAS_SYNC_SERVER'] ?? 'http://127.0.0.1:5000',
  token: process.env['CANVAS_SYNC_TOKEN'] ?? '',
  spoolDir: process.env['CANVAS_SYNC_SPOOL_DIR'] ?? 'logs/canvas_sync/spool',
})

await monitor.track({ userId: 7, syncType: 'grades', trigger: 'cron' }, async (sync) => {
  for (const courseId of [101, 102, 103]) {
    await sync.course(courseId, async (course) => {
      sync.recordGrade({ updated: 31, courseId: course.courseId })
    })
  }
  sync.progress({ percent: 100 })
})

const { spooled_bytes, last_error } = await monitor.health()
if (last_error !== null) console.log(`${last_error} ${spooled_bytes} bytes wait in the spool.`)
