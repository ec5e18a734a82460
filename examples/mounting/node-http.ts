// The monitor in an application on Node's own HTTP server, below /monitor.
import { createServer } from 'node:http'
import { openServer } from 'canvas-sync-monitor/server'
import { syncCourses } from './sync-courses.ts'

const monitor = await openServer({
  basePath: '/monitor',
  database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
})

const server = createServer((request, response) => {
  monitor.node(request, response, () => {
    // Everything outside /monitor is the application's.
    if (request.method !== 'POST' || request.url !== '/sync') {
      response.writeHead(404).end()
      return
    }
    syncCourses(monitor.monitor, 42).then(
      (courses) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(`{"courses":${courses}}`),
      () => response.writeHead(502).end(),
    )
  })
})

server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : address}/monitor/`)
})

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
