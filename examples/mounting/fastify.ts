// The monitor in an application on Fastify 5, below /monitor.
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { openServer } from 'canvas-sync-monitor/server'
import { syncCourses } from './sync-courses.ts'

const monitor = await openServer({
  basePath: '/monitor',
  database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
})

const app = Fastify()

await app.register((scope, _options, done) => {
  // The monitor reads its bodies itself, with limits of its own: no parser of Fastify may take them first.
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, _payload, parsed) => {
    parsed(null)
  })
  const toMonitor = (request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack()
    monitor.node(request.raw, reply.raw)
  }
  scope.all('/monitor', toMonitor)
  scope.all('/monitor/*', toMonitor)
  done()
})

app.post('/sync', async (_request, reply) => {
  try {
    return { courses: await syncCourses(monitor.monitor, 42) }
  } catch {
    return await reply.code(502).send()
  }
})

// Live updates would keep connections open, which are waited for in between.
app.addHook('preClose', (done) => {
  monitor.endLiveUpdates()
  done()
})
// A sync that still runs when the monitor is closed counts as cancelled.
app.addHook('onClose', () => monitor.close())

const url = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) })
console.log(`${url}/monitor/`)

function end(): void {
  app.close().catch((error: unknown) => {
    console.log(error)
    process.exitCode = 1
  })
}
process.once('SIGTERM', end)
process.once('SIGINT', end)
