import { openStore } from '../../src/store/open-store.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'

/**
 * A process that starts and ends syncs, several at once, some in vain. Arguments: database, name, number of syncs.
 * Ends when all is committed.
 */
const [database = '', name = '', count = '1'] = process.argv.slice(2)
const LANES = 4

const store = await openStore(database)
let next = 0

async function lane(): Promise<void> {
  while (next < Number(count)) {
    const task_id = `${name}-${next++}`
    const id = await store.syncs.startSync(syncStart(task_id))
    const ended = store.syncs.finishSync(id, syncFinish())
    // Its transaction is undone.
    await store.syncs.startSync(syncStart(task_id)).catch(() => {})
    await ended
  }
}

await Promise.all(Array.from({ length: LANES }, lane))
await store.close()
