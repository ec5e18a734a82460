// A worker of pg-boss whose jobs are syncs. Somewhere else: boss.send('courses', { userId: 42 })
import { createMonitor } from 'canvas-sync-monitor'
import { endOnSignal, pgBossJob } from 'canvas-sync-monitor/jobs'
import { PgBoss } from 'pg-boss'

const baseUrl = process.env['CANVAS_BASE_URL'] ?? ''
const token = process.env['CANVAS_ACCESS_TOKEN'] ?? ''
const database = process.env['DATABASE_URL'] ?? 'postgres://localhost/app'

const monitor = await createMonitor({
  database,
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
})

const lookSeconds = Number(process.env['LOOK_SECONDS'] ?? 60)
const boss = new PgBoss({
  connectionString: database,
  superviseIntervalSeconds: lookSeconds,
  monitorIntervalSeconds: lookSeconds,
})
boss.on('error', (error) => {
  process.emitWarning(error)
})
await boss.start()
// The heartbeat is how pg-boss finds a worker that was killed, and how a job hears that it was cancelled.
await boss.createQueue('courses', {
  retryLimit: 2,
  retryDelay: 1,
  expireInSeconds: 3600,
  heartbeatSeconds: 30,
})

await boss.work<{ userId: number }>(
  'courses',
  pgBossJob(monitor, { userId: (job) => job.data.userId }, async (sync, job, signal) => {
    const canvas = sync.canvas({ baseUrl, token })
    for await (const course of canvas.list<{ id: string }>('/api/v1/courses', {}, { signal })) {
      sync.recordCourse({ updated: true, courseId: course.id })
    }
    return { job: job.id, courses: sync.toJSON().courses.processed }
  }),
)

// On SIGTERM: no more jobs, those that run may end, then the monitor.
endOnSignal(monitor, () => boss.stop({ timeout: 20_000 }))
