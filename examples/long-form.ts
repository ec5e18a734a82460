/** The long form, for a job that has its own shape: start, record as you go, end it yourself. */
import { createMonitor } from 'canvas-sync-monitor'

await using monitor = await createMonitor({
  database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
})

const sync = await monitor.startSync({ taskId: `nightly-${Date.now()}`, userId: 42, syncType: 'assignments' })
try {
  sync.recordApiCall({ endpoint: '/api/v1/courses/101/assignments', status: 200, durationMs: 145.2 })
  sync.recordAssignment({ created: 2, updated: 15, courseId: 101 })
  sync.recordDbOperation({
    operation: 'update',
    entity: 'assignments',
    count: 17,
    durationMs: 12.4,
    batch: true,
  })
  sync.progress({ percent: 50, current: 'Processing assignments' })

  // One failing course makes the sync partial; it does not stop the others.
  await sync.course(102, async () => {
    throw new Error('the job could not store this course')
  })
  await sync.course(101, async () => {})
  const record = await sync.completeSuccess()
  console.log(record.sync_status, record.error_message)
} catch (error) {
  await sync.completeFailure(error)
}
