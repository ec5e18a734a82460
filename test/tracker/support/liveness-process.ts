/**
 * A job that starts syncs, says `started ID,ID,…` on stdout, and then does what it is told: lines `block MS` (its event
 * loop, nothing else, runs for so long) and `finish` on stdin; says `done` after each. Arguments: database, log folder,
 * number of syncs, interval of the heartbeats in milliseconds, and optionally another name for its host.
 */
import { createInterface } from 'node:readline'
import os from 'node:os'
import { syncBuiltinESMExports } from 'node:module'

const [database = '', logDir = '', count = '1', interval = '10000', host] = process.argv.slice(2)
if (host !== undefined) {
  os.hostname = () => host
  syncBuiltinESMExports()
}
const { createMonitor } = await import('../../../src/tracker/monitor.ts')
const { openStore } = await import('../../../src/store/open-store.ts')
const store = await openStore(database, { heartbeat_interval_ms: Number(interval) })
const monitor = await createMonitor({ store, logDir, saveIntervalMs: 3_600_000 })
const syncs = await Promise.all(
  Array.from({ length: Number(count) }, (_, index) =>
    monitor.startSync({ taskId: `${process.pid}-${index}` }),
  ),
)
const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}
say(`started ${syncs.map(({ id }) => id).join(',')}`)
for await (const line of createInterface({ input: process.stdin })) {
  const [word, value = '0'] = line.split(' ')
  if (word === 'block') {
    const until = performance.now() + Number(value)
    while (performance.now() < until);
  }
  if (word === 'finish') {
    for (const sync of syncs) await sync.completeSuccess()
    await monitor.close()
    await store.close()
  }
  say('done')
  if (word === 'finish') break
}
process.stdin.destroy()
