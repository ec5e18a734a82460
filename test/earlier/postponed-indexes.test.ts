import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { POSTPONABLE } from '../../src/store/migrations/postponed-indexes.ts'
import { importFrom, oldDatabase, oldRow } from './support/earlier-import.ts'
import { ENGINES } from './support/engines.ts'

for (const { name, makeUrl, readRows, execute } of ENGINES) {
  const engine = name === 'SQLite' ? 'sqlite' : 'postgres'

  const indexesIn = async (url: string): Promise<unknown[]> => {
    const rows = await readRows(url, POSTPONABLE[engine])
    return rows.sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1))
  }
  const wholeIndexes = async (): Promise<unknown[]> => {
    const url = await makeUrl()
    await (await openStore(url)).close()
    return await indexesIn(url)
  }

  describe(`the indexes of an import into a new database of ${name}`, () => {
    it('are made at its end, and are those of any other', async () => {
      const whole = await wholeIndexes()
      assert.ok(whole.length >= 15)
      const url = await makeUrl()
      await using store = await openStore(url, { postpone_indexes: true })
      assert.equal(await store.earlier.countPostponedIndexes(), whole.length)
      assert.deepEqual(await indexesIn(url), [])
      const left: number[] = []
      const rows = Array.from({ length: 50 }, (_, index) => oldRow(index + 1))
      const report = await importFrom(`sqlite:${oldDatabase(rows)}`, store, {
        onProgress: ({ indexes }) => {
          if (indexes !== null) left.push(indexes)
        },
      })
      assert.equal(report.rows.imported, 50)
      // As many steps as there are indexes, for those who wait.
      assert.deepEqual(
        left,
        whole.map((_, index) => whole.length - index),
      )
      assert.deepEqual(await indexesIn(url), whole)
      assert.equal(await store.earlier.countPostponedIndexes(), 0)
      assert.equal((await importFrom(`sqlite:${oldDatabase(rows)}`, store)).rows.unchanged, 50)
    })

    it('are made as well when it is interrupted or fails', async () => {
      const whole = await wholeIndexes()
      const rows = [oldRow(1), oldRow(2)]
      const interrupted = await makeUrl()
      {
        await using store = await openStore(interrupted, { postpone_indexes: true })
        const report = await importFrom(`sqlite:${oldDatabase(rows)}`, store, { signal: AbortSignal.abort() })
        assert.equal(report.complete, false)
      }
      const failed = await makeUrl()
      {
        await using store = await openStore(failed, { postpone_indexes: true })
        const source = {
          kind: 'dump' as const,
          place: 'nowhere',
          total: null,
          notes: () => [],
          // oxlint-disable-next-line require-yield -- it ends before its first page
          pages: async function* () {
            throw new Error('The disk is gone.')
          },
          [Symbol.asyncDispose]: async () => {},
        }
        await assert.rejects(importFrom(`sqlite:${oldDatabase(rows)}`, store, { source }), /The disk is gone/)
      }
      for (const url of [interrupted, failed]) assert.deepEqual(await indexesIn(url), whole)
    })

    it('are made by whoever opens it next when it was killed, also by several at once', async () => {
      const whole = await wholeIndexes()
      const url = await makeUrl()
      await using store = await openStore(url, { postpone_indexes: true })
      assert.equal(await store.earlier.makePostponedIndex(), whole.length - 1)
      const opened = await Promise.all(Array.from({ length: 3 }, () => openStore(url)))
      for (const each of opened) await each.close()
      assert.deepEqual(await indexesIn(url), whole)
      assert.equal(await store.earlier.makePostponedIndex(), 0)
    })

    it('are the only statements that a row can have run', async () => {
      const url = await makeUrl()
      await (await openStore(url)).close()
      const bad = [
        ['canvas_sync_metrics_x', 'drop table canvas_sync_audit'],
        [
          'canvas_sync_metrics_x',
          'create index canvas_sync_metrics_x on canvas_sync_audit (at); drop table canvas_sync_audit',
        ],
        ['x', 'create index x on canvas_sync_audit (at)'],
      ]
      for (const [index, definition] of bad) {
        await execute(url, `insert into canvas_sync_postponed_indexes values ('${index}', '${definition}')`)
        await assert.rejects(openStore(url), { code: 'database_unsupported', next_step: /delete the row/ })
        await execute(url, 'delete from canvas_sync_postponed_indexes')
      }
      assert.deepEqual(await readRows(url, 'select count(*) as rows from canvas_sync_audit'), [{ rows: 0 }])
    })

    it('are never taken from a database that is there: a server may ask for them', async () => {
      const url = await makeUrl()
      await (await openStore(url)).close()
      await using store = await openStore(url, { postpone_indexes: true })
      assert.equal(await store.earlier.countPostponedIndexes(), 0)
      assert.deepEqual(await indexesIn(url), await wholeIndexes())
    })
  })
}
