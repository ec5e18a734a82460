import { openStore } from '../../src/store/open-store.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'

/**
 * A process that writes to a store and says on stdout, one line each, what the store has
 * acknowledged: `started ID`, `finished ID`, `row ID`. Arguments: file, name, number of rounds.
 */
const [path = '', name = '', rounds = '1'] = process.argv.slice(2)
// Node writes to a pipe synchronously: what was said before a SIGKILL arrives.
const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const store = await openStore(`sqlite:${path}`)
const { id: source_id } = await store.data.openSource('https://canvas.test', name, 1)
const listing = await store.data.beginListing({ source_id, entity: 'sections', listed_by: name }, 1)
say('ready')

async function round(index: number): Promise<void> {
  const sync_id = await store.syncs.startSync(syncStart(`${name}-${index}`))
  say(`started ${sync_id}`)
  const ids = Array.from({ length: 5 }, (_, row) => `${name}-${index}-${row}`)
  await store.data.applyRows(
    listing,
    ids.map((id) => syncedRow('sections', id)),
  )
  for (const id of ids) say(`row ${id}`)
  await store.syncs.finishSync(sync_id, syncFinish())
  say(`finished ${sync_id}`)
}

for (let index = 0; index < Number(rounds); index += 4) {
  await Promise.all([0, 1, 2, 3].map((lane) => round(index + lane)))
}
await store.close()
say('done')
