import { once } from 'node:events'
import { publicUrlOf } from '../../config/access.ts'
import type { Config } from '../../config/config.ts'
import { systemClock } from '../../core/clock.ts'
import { accessOf, apiAccess } from '../../server/access.ts'
import { startServer } from '../../server/start-server.ts'
import type { Command } from '../command.ts'
import { configuredServer } from '../configured-server.ts'
import { printable, type Terminal } from '../terminal.ts'

/** Resolves when the signal aborts. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

export const SERVER_OPTIONS: Command['options'] = {
  port: { type: 'string', value: 'PORT', help: 'port of the API (default 5000, or PORT)' },
  host: { type: 'string', value: 'ADDRESS', help: 'address to listen on (default 127.0.0.1, or HOST)' },
  'base-path': {
    type: 'string',
    value: 'PATH',
    help: 'path below which browsers find it, as /monitor (or BASE_PATH)',
  },
}

const DRAIN_SECONDS = 10
/** The migrations of a large database take minutes; nobody should think that nothing happens. */
const SLOW_START_MS = 2000

function introduce(terminal: Terminal, config: Config, url: string): void {
  const { require_token } = apiAccess(accessOf(config), config.host)
  const public_url = publicUrlOf(config) ?? url
  terminal.message(`The API answers at ${url}/api/canvas/metrics`)
  if (require_token) {
    terminal.message(`It listens on ${printable(config.host)} and asks everybody for an access token.`)
  }
  const token = require_token ? '-H "Authorization: Bearer $TOKEN" ' : ''
  terminal.message(`Try: curl ${token}${public_url}/api/canvas/metrics/summary`)
  terminal.message(`The dashboard: ${public_url}/`)
  terminal.message(`All routes: ${public_url}/docs`)
}

export const serve: Command = {
  name: 'serve',
  summary: 'the server',
  options: SERVER_OPTIONS,
  notes: [
    'It serves the REST API, marks syncs as lost whose process is gone and as timed out at their limit,',
    'cleans the logs up at 02:00 and deletes old rows at 03:00, in the zone of TZ. See log_cleanup,',
    'sync_limits and retention in the configuration file. Ctrl-C stops it.',
  ],
  async run({ terminal, config, json, signal }) {
    const stopWaiting = systemClock.every(SLOW_START_MS, () => {
      stopWaiting()
      terminal.message(
        'The database is being opened and brought to this version; until then /readyz says 503.',
      )
    })
    const server = await startServer({
      ...configuredServer(config),
      shipping: config,
      drainMs: DRAIN_SECONDS * 1000,
    }).finally(stopWaiting)
    if (json) terminal.json({ url: server.url, port: server.port })
    introduce(terminal, config, server.url)
    await untilAborted(signal)
    const running = server.runningRequests()
    if (running > 0) {
      const requests = running === 1 ? '1 running request' : `${running} running requests`
      terminal.message(`Waiting for ${requests}, up to ${DRAIN_SECONDS} seconds.`)
    }
    await server.close()
    return 0
  },
}
