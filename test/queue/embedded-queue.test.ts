import { join } from 'node:path'
import { EmbeddedQueue } from '../../src/queue/embedded-queue.ts'
import { openStore } from '../../src/store/open-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { exerciseQueue, type OpenedQueue } from './queue-suite.ts'

const directory = temporaryDirectory()

async function open(database: string): Promise<OpenedQueue> {
  const store = await openStore(database)
  let shift_ms = 0
  const clock = {
    now: () => Date.now() + shift_ms,
    monotonic: () => performance.now() + shift_ms,
    sleep: () => Promise.resolve(),
    every: () => () => {},
  }
  const queue = new EmbeddedQueue(store.queue, clock, 30_000)
  return {
    queue,
    silence: async () => {
      shift_ms += 30_001
      await queue.returnSilent()
    },
    letTimePass: async (duration_ms) => {
      shift_ms += duration_ms
    },
    close: () => store.close(),
  }
}

exerciseQueue('the queue of one machine, in SQLite', () => open(`sqlite:${join(directory, 'queue.db')}`))
exerciseQueue('the same tables in PostgreSQL', async () =>
  open(await (await startPostgres()).createDatabase()),
)
