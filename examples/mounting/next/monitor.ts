import { openServer, type MountedServer } from 'canvas-sync-monitor/server'

// Next loads a module more than once in a process: at the start, for requests, and again after each change in development.
const kept = globalThis as { canvasMonitor?: Promise<MountedServer> }

/** The monitor of this process. */
export function openMonitor(): Promise<MountedServer> {
  // What failed is not kept: the database may be there at the next request.
  kept.canvasMonitor ??= open().catch((error: unknown) => {
    delete kept.canvasMonitor
    throw error
  })
  return kept.canvasMonitor
}

async function open(): Promise<MountedServer> {
  const monitor = await openServer({
    basePath: '/monitor',
    // Next compresses by itself, and drops the header that would say that somebody did before.
    compress: false,
    // Next says in X-Forwarded-For who asks.
    trustedProxies: ['127.0.0.1'],
    // Next ends the process when its own requests have ended; until then no running sync is to be cancelled.
    drainMs: 3_600_000,
    database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
    logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
  })
  // Ends live updates, which would keep Next from ending, and waits for the syncs that run.
  const end = (): void => {
    monitor.close().catch(console.error)
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  return monitor
}
