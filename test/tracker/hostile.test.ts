import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redactText } from '../../src/logs/redact.ts'
import { noEntityCounts, type SyncedEntity } from '../../src/core/synced-entity.ts'
import { CourseRun } from '../../src/tracker/course-run.ts'
import { storableMetadata } from '../../src/tracker/metadata.ts'
import { threadCost } from '../support/cpu-time.ts'
import { FakeClock } from '../support/fake-clock.ts'

test('an entity that is none is left out and changes nothing of the program', () => {
  const run = new CourseRun('1', new FakeClock())
  run.addEntity('__proto__' as SyncedEntity, { ...noEntityCounts(), processed: 7 })
  assert.equal(({} as { processed?: number }).processed, undefined)
  assert.deepEqual(run.end(null, 0).entities, {})
})

test('a value whose name says that it is secret is not kept, whatever it is', () => {
  const kept = storableMetadata({
    token: 'a',
    canvasToken: 'b',
    login: { password: ['c'] },
    api_key: { deep: 'd' },
    site: 'south',
  })
  assert.equal(kept['site'], 'south')
  for (const value of ['"a"', '"b"', '"c"', '"d"']) assert.ok(!JSON.stringify(kept).includes(value), value)
})

test('a long hostile text is redacted in time that grows with its length', () => {
  const cost_ms = threadCost(() => redactText('eyJ-'.repeat(60_000)))
  assert.ok(cost_ms < 5_000, `${cost_ms} ms`)
})
