import { openStore } from '../../src/store/open-store.ts'
import { syncStart } from '../support/sync-factory.ts'

/** A process that forgets to close its store, after one write that it waits for and one that it does not. */
const store = await openStore(process.argv[2] ?? '')
await store.syncs.startSync(syncStart('waited for'))
void store.syncs.startSync(syncStart('not waited for'))
