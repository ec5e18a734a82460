import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCanvasId } from '../../src/core/canvas-id.ts'
import { listedCourse } from '../../src/engine/course.ts'
import { toSyncedRow } from '../../src/engine/row-mapper.ts'

test('an id is digits, or a shard and digits; anything else could carry a name', () => {
  for (const id of ['1', '74140000000062630', '18446744073709551615', '7414~62630'])
    assert.ok(isCanvasId(id), id)
  const others = ['', 'Jane Doe', '1 ', '-1', '1e3', '7~', '__proto__', '../1', '9'.repeat(21), 12, null, {}]
  for (const other of others) assert.ok(!isCanvasId(other), JSON.stringify(other))
})

test('a course or row without a usable id is refused without repeating it', () => {
  const hostile = { id: 'Jane Doe <jane.doe@example.edu>' }
  for (const read of [() => listedCourse(hostile), () => toSyncedRow('enrollments', hostile)]) {
    assert.throws(
      read,
      (error: Error & { code?: string }) => error.code === 'contract' && !error.message.includes('Jane'),
    )
  }
})
