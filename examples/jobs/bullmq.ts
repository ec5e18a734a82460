// A worker of BullMQ whose jobs are syncs. Somewhere else: queue.add('nightly', { userId: 42 }, { attempts: 3 })
import { Worker } from 'bullmq'
import { createMonitor } from 'canvas-sync-monitor'
import { bullmqJob, endOnSignal } from 'canvas-sync-monitor/jobs'

const baseUrl = process.env['CANVAS_BASE_URL'] ?? ''
const token = process.env['CANVAS_ACCESS_TOKEN'] ?? ''

const monitor = await createMonitor({
  database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
})

const worker = new Worker<{ userId: number }>(
  'courses',
  bullmqJob(monitor, { userId: (job) => job.data.userId, passProgress: true }, async (sync, _job, signal) => {
    const canvas = sync.canvas({ baseUrl, token })
    for await (const course of canvas.list<{ id: string }>('/api/v1/courses', {}, { signal })) {
      sync.recordCourse({ updated: true, courseId: course.id })
      sync.progress({ percent: 50, current: 'Reading courses' })
    }
    return sync.toJSON().courses
  }),
  {
    connection: { url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' },
    // How soon another worker takes over the job of one that was killed.
    lockDuration: Number(process.env['LOCK_MS'] ?? 30_000),
    stalledInterval: Number(process.env['LOCK_MS'] ?? 30_000),
  },
)
worker.on('error', (error) => {
  process.emitWarning(error)
})

// On SIGTERM: no more jobs, those that run may end, then the monitor.
endOnSignal(monitor, () => worker.close())
