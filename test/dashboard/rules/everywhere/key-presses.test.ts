import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOfOneLetter, KeySequence, pressName } from '../../../../dashboard/src/parts/key-presses.ts'

const none = { ctrlKey: false, metaKey: false, altKey: false }

test('what is pressed is called as it is typed', () => {
  assert.equal(pressName({ ...none, key: 'j' }), 'j')
  assert.equal(pressName({ ...none, key: 'E' }), 'E')
  assert.equal(pressName({ ...none, key: '?' }), '?')
  assert.equal(pressName({ ...none, key: 'K', ctrlKey: true }), 'Mod+k')
  assert.equal(pressName({ ...none, key: 'k', metaKey: true }), 'Mod+k')
  assert.equal(pressName({ ...none, key: '@', altKey: true }), null)
  // AltGr, by which some layouts write brackets, is Ctrl and Alt.
  assert.equal(pressName({ key: '[', ctrlKey: true, altKey: true, metaKey: false }), null)
  assert.equal(pressName({ ...none, key: ' ' }), null)
})

test('letters, signs and two of them may be meant by mistake, others not', () => {
  assert.deepEqual(
    ['j', '?', 'g o', 'Mod+k', 'Escape', 'ArrowDown'].map((keys) => isOfOneLetter(keys)),
    [true, true, true, false, false, false],
  )
})

test('two keys count one soon after the other, and a first one that is followed by another is nothing', () => {
  const asked = new Set(['g o', 'g s', 'o', 't'])
  const sequence = new KeySequence()
  assert.equal(sequence.match('g', 0, asked), null)
  assert.equal(sequence.match('o', 1500, asked), 'g o')
  assert.equal(sequence.match('o', 1600, asked), 'o')
  assert.equal(sequence.match('g', 2000, asked), null)
  assert.equal(sequence.match('o', 3501, asked), 'o')
  assert.equal(sequence.match('g', 4000, asked), null)
  assert.equal(sequence.match('t', 4001, asked), 't')
  assert.equal(sequence.match('s', 4002, asked), null)
  // Pressed twice, the second is a first one again.
  assert.equal(sequence.match('g', 5000, asked), null)
  assert.equal(sequence.match('g', 5001, asked), null)
  assert.equal(sequence.match('s', 5002, asked), 'g s')
})
