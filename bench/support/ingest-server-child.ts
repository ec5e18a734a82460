import { join } from 'node:path'
import { startServer } from '../../src/server.ts'

/** The server in a process of its own; ends with the one that started it. */
const [directory = '.', database = `sqlite:${join(directory, 'syncs.db')}`] = process.argv.slice(2)
const server = await startServer({
  database,
  logDir: join(directory, 'logs'),
  port: 0,
  logCleanup: false,
})

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpu_s: (user + system) / 1e6, rss_mb: process.memoryUsage.rss() / 1_048_576 })
})
process.on('disconnect', () => process.exit())
process.send?.({ url: server.url })
