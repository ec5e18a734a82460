import { type BeforeApplicationShutdown, Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { openServer, type MountedServer } from 'canvas-sync-monitor/server'

/** The monitor of the application: others record their syncs with `server.monitor`. */
@Injectable()
export class CanvasMonitor implements BeforeApplicationShutdown, OnApplicationShutdown {
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

  /** Live updates would keep connections open, which Nest waits for next. */
  beforeApplicationShutdown(): void {
    this.server.endLiveUpdates()
  }

  /** A sync that still runs when the monitor is closed counts as cancelled. */
  async onApplicationShutdown(): Promise<void> {
    await this.server.close()
  }
}
