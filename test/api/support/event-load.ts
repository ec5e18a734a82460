import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { RunningServer } from '../../../src/server/index.ts'
import { runOne } from './run-one.ts'
import { BASE } from './test-api.ts'

export interface ReadersOrder {
  readonly port: number
  readonly path: string
  /** That read, from where they connect. */
  readonly live: number
  /** That do not read, from the first change of all. */
  readonly stalled: number
}

export interface ReadersReport {
  readonly in_order: boolean
  readonly live_events: readonly number[]
  readonly stalled_events: readonly number[]
  /** From before the change was asked for until a reader had it. */
  readonly p50_ms: number
  readonly p99_ms: number
  readonly worst_ms: number
}

export interface EventLoad {
  readonly live: number
  readonly stalled: number
  /** Changes before anybody connects, 10 kB each, which the stalled ones have to read. */
  readonly before: number
  readonly changes_per_second: number
  readonly seconds: number
}

export interface EventLoadReport extends ReadersReport {
  /** Changes while the readers were there. */
  readonly changes: number
  /** How much more this process, which is the server's, held while some did not read, without what is garbage. */
  readonly held_mb: number
  /** How much its memory grew from before the readers came, at the most. */
  readonly growth_mb: number
  /** The share of one core that the server took. */
  readonly cpu: number
  /** How long the stalled ones took to read everything. */
  readonly catch_up_ms: number
}

/** Far more than a change takes, so that one that takes this long shows. */
const SENT_MS = 1000
const FILLER = { filler: 'x'.repeat(8_700) }

const READERS = fileURLToPath(new URL('event-readers.ts', import.meta.url))
const rss_mb = (): number => process.memoryUsage.rss() / 2 ** 20

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function held_mb(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}

/** A server of this process under readers in another one, some of which do not read. */
export async function loadWithReaders(server: RunningServer, load: EventLoad): Promise<EventLoadReport> {
  const { store } = server.monitor
  for (let index = 0; index < load.before; index += 100) {
    await Promise.all(
      Array.from({ length: 50 }, (_, lane) => runOne(store, `before-${index + lane}`, FILLER)),
    )
  }
  const held_before_mb = held_mb()
  const before_mb = rss_mb()
  const readers = fork(READERS, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  try {
    const order: ReadersOrder = {
      port: server.port,
      path: `${BASE}/events`,
      live: load.live,
      stalled: load.stalled,
    }
    readers.send(order)
    await once(readers, 'message')
    let highest_mb = rss_mb()
    const cpu_before = process.cpuUsage()
    const changes = load.changes_per_second * load.seconds
    const started = performance.now()
    for (let done = 0; done < changes; done += 2) {
      const due = started + (done / load.changes_per_second) * 1000
      if (due > performance.now()) await delay(due - performance.now())
      await runOne(store, `at-${process.hrtime.bigint()}`)
      highest_mb = Math.max(highest_mb, rss_mb())
    }
    const ended = performance.now()
    const { user, system } = process.cpuUsage(cpu_before)
    // The last change is on its way, and what looks for garbage stops everything for long.
    await delay(SENT_MS)
    const held = held_mb()
    const resumed = performance.now()
    readers.send('resume')
    readers.send({ last_id: await store.changes.latest() })
    const [report] = (await once(readers, 'message')) as [ReadersReport]
    highest_mb = Math.max(highest_mb, rss_mb())
    const catch_up_ms = performance.now() - resumed
    return {
      ...report,
      changes,
      held_mb: held - held_before_mb,
      growth_mb: highest_mb - before_mb,
      cpu: (user + system) / 1000 / (ended - started),
      catch_up_ms,
    }
  } finally {
    readers.kill()
  }
}
