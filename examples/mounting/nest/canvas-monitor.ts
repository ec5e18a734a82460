import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common'
import { openServer, type MountedServer } from 'canvas-sync-monitor/server'

/** The monitor of the application: others record their syncs with `server.monitor`. */
@Injectable()
export class CanvasMonitor implements BeforeApplicationShutdown {
  readonly server: MountedServer

  constructor(server: MountedServer) {
    this.server = server
  }

  static async open(): Promise<CanvasMonitor> {
    return new CanvasMonitor(
      await openServer({
        basePath: '/monitor',
        database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
        logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
      }),
    )
  }

  /** Before connections are waited for: it ends live updates. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.server.close()
  }
}
