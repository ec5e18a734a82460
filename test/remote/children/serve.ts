import { join } from 'node:path'
import { startServer } from '../../../src/server/index.ts'

/** A server at an address that stays the same; it ends at once when its parent is gone. */
const [directory = '', port = '0', access = 'open'] = process.argv.slice(2)
const server = await startServer({
  database: `sqlite:${join(directory, 'syncs.db')}`,
  logDir: join(directory, 'logs'),
  port: Number(port),
  logCleanup: false,
  ...(access === 'closed' ? { requireToken: true } : {}),
})
process.on('message', () => {
  void server.close().then(() => process.exit())
})
process.on('disconnect', () => process.exit(1))
process.send?.(server.url)
