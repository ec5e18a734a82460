import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { smallCanvas, WorkPlace } from './support/work-place.ts'

suite('the figures of a database', () => {
  test('are checked and made anew by migrate, and looked at by doctor', async () => {
    const place = new WorkPlace(await smallCanvas())
    const path = join(place.directory, 'figures.db')
    const database = ['--database', `sqlite:${path}`]
    {
      await using store = await openStore(`sqlite:${path}`)
      const id = await store.syncs.startSync(syncStart('one', { started_at: Date.now() - 1000 }))
      await store.syncs.finishSync(id, syncFinish())
    }
    const checked = await place.run(['migrate', '--check-figures', ...database])
    assert.equal(checked.code, 0, checked.stderr)
    assert.match(checked.stdout, /The sums over syncs are in agreement with the rows\./)
    assert.match((await place.run(['doctor', ...database])).stdout, /figures agree with the rows/)
    {
      using file = new DatabaseSync(path)
      file.exec(`update canvas_sync_totals set syncs = 5 where tier = 'hour'`)
    }
    const wrong = await place.run(['migrate', '--check-figures', ...database])
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /2 sums do not agree with the rows, first in canvas_sync_totals on 2/)
    assert.match(wrong.stderr, /migrate --rebuild-figures/)
    const ill = await place.run(['doctor', ...database])
    assert.equal(ill.code, 1)
    assert.match(ill.stdout, /✘ database .*do not agree/)
    const rebuilt = await place.run([
      'migrate',
      '--rebuild-figures',
      '--check-figures',
      '--json',
      ...database,
    ])
    assert.equal(rebuilt.code, 0, rebuilt.stderr)
    assert.partialDeepStrictEqual(JSON.parse(rebuilt.stdout), {
      figures: 'made anew and agree with the rows',
    })
  })
})
