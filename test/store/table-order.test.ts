import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inReferenceOrder } from '../../src/store/copying/table-order.ts'
import fc from '../support/fast-check.ts'

test('tables come behind those that they refer to, and each comes once', () => {
  const size = 8
  const table = (index: number): string => `table_${index}`
  const references = fc.array(
    fc
      .tuple(fc.nat(size - 1), fc.nat(size - 1))
      .map(([a, b]) => ({ from: table(Math.max(a, b)), to: table(Math.min(a, b)) })),
    { maxLength: 20 },
  )
  const given = fc.shuffledSubarray(Array.from({ length: size }, (_, index) => table(index)))
  fc.assert(
    fc.property(given, references, (tables, all) => {
      const order = inReferenceOrder(tables, all)
      assert.deepEqual([...order].sort(), [...tables].sort())
      for (const { from, to } of all) {
        if (from === to || !order.includes(from) || !order.includes(to)) continue
        assert.ok(order.indexOf(to) < order.indexOf(from), `${from} refers to ${to}: ${order.join(' ')}`)
      }
    }),
  )
})

test('tables that refer to each other in a circle are refused by name', () => {
  const references = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
  ]
  assert.throws(
    () => inReferenceOrder(['a', 'b', 'c'], references),
    /these tables refer to each other: a, b$/,
  )
})
