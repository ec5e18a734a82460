import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BodyBudget } from '../../src/api/ingest/body-budget.ts'

test('who finds nothing left waits, and a large one is not overtaken by small ones', async () => {
  const budget = new BodyBudget(100)
  const order: string[] = []
  await budget.take(60)
  const large = budget.take(90).then(() => order.push('large'))
  assert.equal(budget.tryTake(10), false)
  const small = budget.take(10).then(() => order.push('small'))
  budget.giveBack(60)
  await Promise.all([large, small])
  assert.deepEqual(order, ['large', 'small'])
  assert.equal(budget.held_bytes, 100)
  assert.equal(budget.tryTake(1), false)
  budget.giveBack(100)
  assert.equal(budget.tryTake(100), true)
})
