// The monitor in an application on Express 5, below /monitor. Whoever is signed in to the application sees it.
import { randomUUID } from 'node:crypto'
import express, { type Request } from 'express'
import { openServer } from 'canvas-sync-monitor/server'
import { syncCourses } from './sync-courses.ts'

interface User {
  readonly name: string
  readonly isAdmin: boolean
}

/** In a real application: its session store. */
const sessions = new Map<string, User>()
const userOf = (cookie = ''): User | undefined =>
  sessions.get(/(?:^|; )session=([\w-]+)/.exec(cookie)?.[1] ?? '')

const monitor = await openServer({
  basePath: '/monitor',
  database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
  logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
  authorize: (request) => {
    const user = userOf(request.headers.get('cookie') ?? '')
    // Others may still come with an access token.
    if (user === undefined) return null
    return { name: user.name, scopes: user.isAdmin ? ['admin'] : ['read'] }
  },
})

const app = express()
// Before body parsers: the monitor reads its bodies itself, with limits of its own.
app.use('/monitor', monitor.node)
app.use(express.json())

app.post('/login', (request: Request<object, unknown, { password?: string }>, response) => {
  if (process.env['PASSWORD'] === undefined || request.body.password !== process.env['PASSWORD']) {
    response.sendStatus(401)
    return
  }
  const id = randomUUID()
  sessions.set(id, { name: 'admin', isAdmin: true })
  response.cookie('session', id, { httpOnly: true, sameSite: 'lax' }).json({ name: 'admin' })
})

app.post('/sync', async (_request, response) => {
  try {
    response.json({ courses: await syncCourses(monitor.monitor, 42) })
  } catch {
    response.sendStatus(502)
  }
})

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
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
