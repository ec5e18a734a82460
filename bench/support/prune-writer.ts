/** Writes like a running sync, 50 times a second, and answers when asked how long its writes took. */
import { openStore } from '../../src/store/open-store.ts'
import { syncFinish, syncProgress, syncStart } from '../../test/support/sync-factory.ts'

const store = await openStore(process.argv[2] ?? '')
let waits_ms: number[] = []

async function timed(write: () => Promise<unknown>): Promise<void> {
  const started = performance.now()
  await write()
  waits_ms.push(performance.now() - started)
}

process.on('message', () => {
  const sorted = waits_ms.toSorted((a, b) => a - b)
  waits_ms = []
  const at = (fraction: number): number => sorted[Math.floor(fraction * (sorted.length - 1))] ?? 0
  process.send?.({ writes: sorted.length, p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) })
})
process.send?.('ready')
for (let round = 0; ; round++) {
  const id = await store.syncs.startSync(syncStart(`beside-${round}`, { started_at: Date.now() }))
  for (let save = 0; save < 10; save++) {
    await timed(() => store.syncs.saveProgress(id, syncProgress({ heartbeat_at: Date.now() })))
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
  await timed(() => store.syncs.finishSync(id, syncFinish({ finished_at: Date.now() })))
}
