import { join } from 'node:path'
import { startServer } from '../../../src/server/index.ts'

/** A server that tells its address; it ends in order when it is told to, and at once when its parent is gone. */
const [directory = '', database = `sqlite:${join(directory, 'syncs.db')}`] = process.argv.slice(2)
const server = await startServer({
  database,
  logDir: join(directory, 'logs'),
  port: 0,
  logCleanup: false,
})
process.on('message', () => {
  void server.close().then(() => process.exit())
})
process.on('disconnect', () => process.exit(1))
process.send?.(server.url)
