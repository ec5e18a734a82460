import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  readViews,
  withoutView,
  withView,
  type SavedView,
} from '../../../../dashboard/src/syncs/saved-views.ts'

suite('saved views', () => {
  test('whatever was kept, only views are read', () => {
    for (const kept of [
      null,
      '',
      '{',
      '7',
      '{"name":"a"}',
      '[null,1,{"name":"a"},{"name":1,"search":"b"}]',
    ]) {
      assert.deepEqual(readViews(kept), [], String(kept))
    }
    assert.deepEqual(readViews('[{"name":"a","search":"b"}]'), [{ name: 'a', search: 'b' }])
  })

  test('one of the same name is replaced, one without a name is none, and there are not too many', () => {
    const first = withView([], { name: ' mine ', search: 'status=failed' })
    assert.deepEqual(first, [{ name: 'mine', search: 'status=failed' }])
    assert.deepEqual(withView(first, { name: 'mine', search: '' }), [{ name: 'mine', search: '' }])
    assert.equal(withView(first, { name: '  ', search: '' }), first)
    let many: readonly SavedView[] = first
    for (let number = 0; number < 40; number++) many = withView(many, { name: String(number), search: '' })
    assert.equal(many.length, 30)
    assert.equal(many.at(-1)?.name, '39')
    assert.deepEqual(withoutView(first, 'mine'), [])
  })
})
