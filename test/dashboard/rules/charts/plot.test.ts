import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketAt, markedOf, movedBy } from '../../../../dashboard/src/charts/plot-moves.ts'
import { barPath, dotPath, linePath, plotPlace } from '../../../../dashboard/src/charts/plot-place.ts'

const point = (x: number, y: number): { x: number; y: number } => ({ x, y })

test('a line has a gap where nothing is known, and a point between gaps is a dot', () => {
  const points = [point(0, 1), point(1, 2), null, point(3, 4), null, point(5, 6), point(6, 7)]
  assert.equal(linePath(points), 'M0 1L1 2M5 6L6 7')
  assert.equal(dotPath(points), 'M3 4h0.01')
  assert.equal(dotPath([point(1, 1)]), 'M1 1h0.01')
})

test('bars have whole edges, and what is more than nothing is seen', () => {
  assert.equal(
    barPath([
      { x0: 10.4, x1: 40.6, low: 100, high: 50 },
      { x0: 40.6, x1: 70, low: 100, high: 99.9 },
    ]),
    'M10 100h29V50h-29zM41 100h27V99h-27z',
  )
  assert.equal(barPath([{ x0: 1, x1: 1.2, low: 9, high: 0 }]), 'M1 9h1V0h-1z')
})

test('times and values have their place', () => {
  const place = plotPlace({ width: 500, letters: 3, from_ms: 1000, until_ms: 3000, highest: 10 })
  assert.deepEqual([place.x(1000), place.x(3000)], [place.left, place.right])
  assert.equal(place.x(2000), (place.left + place.right) / 2)
  assert.deepEqual([place.y(0), place.y(10)], [place.bottom, place.top])
})

test('keys lead through the buckets and stop at the ends', () => {
  const from = { index: 5, marked_from: null }
  const index = (key: string): number | undefined => movedBy(key, false, from, 20)?.index
  assert.deepEqual(['ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown', 'a', 'Tab'].map(index), [
    4,
    6,
    0,
    19,
    0,
    15,
    undefined,
    undefined,
  ])
})

test('with shift a piece is marked from where one stood, whichever way one goes', () => {
  const first = movedBy('ArrowLeft', true, { index: 5, marked_from: null }, 20)
  assert.deepEqual(first, { index: 4, marked_from: 5 })
  assert.deepEqual(first && movedBy('ArrowLeft', true, first, 20), { index: 3, marked_from: 5 })
  assert.deepEqual(markedOf({ index: 3, marked_from: 5 }), [3, 5])
  assert.deepEqual(markedOf({ index: 7, marked_from: 5 }), [5, 7])
  assert.deepEqual(markedOf({ index: 7, marked_from: null }), [7, 7])
})

test('a time belongs to the bucket that holds it, and one outside to the nearest', () => {
  const ends = [10, 20, 30]
  assert.deepEqual(
    [-5, 0, 9.9, 10, 29, 30, 99].map((at_ms) => bucketAt(ends, at_ms)),
    [0, 0, 0, 1, 2, 2, 2],
  )
})
