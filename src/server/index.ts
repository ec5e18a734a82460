/** The server as a library: what `canvas-sync-monitor/server` exports. */
export { openServer } from './open-server.ts'
export type { ClientConnection, MountedServer, MountedServerOptions } from './open-server.ts'
export { startServer } from './start-server.ts'
export type { RunningServer } from './start-server.ts'
export type { LogCleanupOptions, ServerOptions } from './server-options.ts'
export type { Authorize } from '../api/access/access-options.ts'
export type { HostCaller } from '../core/access.ts'
