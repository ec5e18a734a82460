import { openServer, type MountedServer } from 'canvas-sync-monitor/server'

// Next loads a module more than once in a process: at the start, for requests, and again after each change in development.
const kept = globalThis as { canvasMonitor?: Promise<MountedServer> }

/** The monitor of this process. */
export function openMonitor(): Promise<MountedServer> {
  kept.canvasMonitor ??= open()
  return kept.canvasMonitor
}

async function open(): Promise<MountedServer> {
  const monitor = await openServer({
    basePath: '/monitor',
    // Next compresses by itself, and drops the header that would say that somebody did before.
    compress: false,
    database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
    logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
  })
  // Ends live updates, which would keep Next from ending.
  process.once('SIGTERM', () => {
    void monitor.close()
  })
  return monitor
}
