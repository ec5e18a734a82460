// The monitor in an application on Hono, below /monitor. What hands over web requests elsewhere looks the same.
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono, type Context } from 'hono'
import { openServer } from 'canvas-sync-monitor/server'
import { syncCourses } from './sync-courses.ts'

const monitor = await openServer({
  basePath: '/monitor',
  database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
})

const app = new Hono()

// The address of the client is for the limits and the audit log.
const toMonitor = (context: Context): Promise<Response> =>
  monitor.fetch(context.req.raw, { peer: getConnInfo(context).remote.address })
app.all('/monitor', toMonitor)
app.all('/monitor/*', toMonitor)

app.post('/sync', async (context) => {
  try {
    return context.json({ courses: await syncCourses(monitor.monitor, 42) })
  } catch {
    return context.body(null, 502)
  }
})

const server = serve(
  { fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) },
  ({ port }) => {
    console.log(`http://127.0.0.1:${port}/monitor/`)
  },
)

function end(): void {
  // They would keep connections open.
  monitor.endLiveUpdates()
  // First the requests of the application end: a sync that still runs when the monitor is closed counts as cancelled.
  server.close(() => {
    monitor.close().catch((error: unknown) => {
      console.log(error)
      process.exitCode = 1
    })
  })
}
process.once('SIGTERM', end)
process.once('SIGINT', end)
