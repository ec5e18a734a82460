/** The server as a library: what `canvas-sync-monitor/server` exports. */
export { startServer } from './start-server.ts'
export type { RunningServer } from './start-server.ts'
export type { LogCleanupOptions, ServerOptions } from './server-options.ts'
