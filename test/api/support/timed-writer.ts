import { setTimeout as delay } from 'node:timers/promises'
import { openStore } from '../../../src/store/open-store.ts'
import { runOne } from './run-one.ts'

/** A process that runs a sync now and then, whose task id tells when it began. Arguments: database, number of syncs. */
const [database = '', count = '1'] = process.argv.slice(2)

await using store = await openStore(database)
for (let index = 0; index < Number(count); index++) {
  await delay(100)
  await runOne(store, `at-${process.hrtime.bigint()}`)
}
