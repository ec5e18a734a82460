import { readFileSync } from 'node:fs'
import { keepHeapSmall } from '../../src/cli/small-heap.ts'
import { startServer } from '../../src/server/index.ts'

/** A server of its own process: its options as JSON, then each message asks for what it has used. */
keepHeapSmall()
const server = await startServer(JSON.parse(process.argv[2] ?? '{}'))
process.on('message', () => {
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  const { user, system } = process.cpuUsage()
  process.send?.({ peak_mib: Number(peak) / 1024, cpu_us: user + system })
})
process.once('disconnect', () => void server.close())
process.send?.({ url: server.url, port: server.port })
