import { once } from 'node:events'
import { startServer } from '../../server.ts'
import type { Command } from '../command.ts'

/** Resolves when the signal aborts. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

export const SERVER_OPTIONS: Command['options'] = {
  port: { type: 'string', value: 'PORT', help: 'port of the API (default 5000, or PORT)' },
  host: { type: 'string', value: 'ADDRESS', help: 'address to listen on (default 127.0.0.1, or HOST)' },
}

export const serve: Command = {
  name: 'serve',
  summary: 'the server',
  options: SERVER_OPTIONS,
  notes: [
    'It serves the REST API, marks syncs as lost whose process is gone, and cleans the logs up every night',
    '(at 02:00, in the zone of TZ; see log_cleanup in the configuration file). Ctrl-C stops it.',
  ],
  async run({ terminal, config, json, signal }) {
    const server = await startServer({
      database: config.database,
      logDir: config.log_dir,
      host: config.host,
      port: config.port,
      timeZone: config.time_zone,
      logCleanup: config.log_cleanup.enabled ? config.log_cleanup : false,
      logStreams: config.log_streams,
    })
    if (json) terminal.json({ url: server.url, port: server.port })
    terminal.message(`The API answers at ${server.url}/api/canvas/metrics`)
    terminal.message(`Try: curl ${server.url}/api/canvas/metrics/summary`)
    await untilAborted(signal)
    await server.close()
    return 0
  },
}
