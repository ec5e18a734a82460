import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatchSender } from '../../src/earlier/batch-sender.ts'
import type { EarlierAnswer, EarlierBatch } from '../../src/store/earlier-store.ts'
import { EARLIER_COLUMNS, type EarlierSync } from '../../src/store/earlier-sync.ts'
import { unpackSyncs } from '../../src/store/packed-syncs.ts'

const NOTHING: EarlierAnswer = {
  imported: 0,
  kept_ids: 0,
  renamed: 0,
  unchanged: 0,
  updated: 0,
  deleted: 0,
  tracked: 0,
  other_system: [],
}

function syncWith(id: number, metadata: string | null): EarlierSync {
  const values = EARLIER_COLUMNS.map((name) => (name === 'sync_metadata' ? metadata : `${name} ${id}`))
  return { key: String(id), id: id % 2 === 0 ? id : null, task_digest: id, content_digest: id, values }
}

/** Gives syncs to a sender; what it handed to the store, batch by batch. */
async function batchesOf(syncs: Iterable<EarlierSync>): Promise<EarlierBatch[]> {
  const batches: EarlierBatch[] = []
  const store = {
    importSyncs: async (batch: EarlierBatch) => {
      batches.push(batch)
      return NOTHING
    },
  }
  const sender = new BatchSender({
    store,
    system: 'earlier',
    dry_run: false,
    batch_ms: 1e9,
    onWritten: () => {},
  })
  for (const sync of syncs) await sender.add(sync)
  await sender.end()
  return batches
}

test('however long rows are, batches and their pages stay small', async () => {
  const metadata = JSON.stringify({ text: 'x'.repeat(60_000) })
  function* fat(): Generator<EarlierSync> {
    for (let id = 1; id <= 2000; id++) yield syncWith(id, metadata)
  }
  const batches = await batchesOf(fat())
  assert.equal(
    batches.flatMap(({ pages }) => pages).reduce((sum, { syncs }) => sum + syncs, 0),
    2000,
  )
  for (const { pages } of batches) {
    assert.ok(pages.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) <= 45_000_000)
    for (const { bytes } of pages) assert.ok(bytes.byteLength <= 3_000_000)
  }
})

test('what comes out of the pages is what went in, in its order, and no batch has a key twice', async () => {
  const syncs = Array.from({ length: 9001 }, (_, at) =>
    syncWith((at % 6000) + 1, at % 3 === 0 ? null : `{"n":${at}}`),
  )
  const batches = await batchesOf(syncs)
  assert.deepEqual(
    batches.flatMap(({ pages }) => pages.flatMap(unpackSyncs)),
    syncs,
  )
  for (const { pages } of batches) {
    const keys = pages.flatMap(unpackSyncs).map(({ key }) => key)
    assert.equal(new Set(keys).size, keys.length)
    for (const page of pages) {
      const ids = unpackSyncs(page).map(({ id }) => id ?? 0)
      assert.equal(page.highest_id, Math.max(0, ...ids))
    }
  }
})
