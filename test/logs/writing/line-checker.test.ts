import assert from 'node:assert/strict'
import test from 'node:test'
import { MemoryLogWriter } from '../../../src/logs/writing/memory-log-writer.ts'
import { checkLines, LineChecker } from './line-checker.ts'
import { logEvent } from './log-event-factory.ts'

const acknowledged = new Map([['alpha', 200]])

function soundLines(): string[] {
  const writer = new MemoryLogWriter({ writer: 'alpha' })
  for (let number = 0; number < 200; number++) writer.write('operations', logEvent())
  return [...writer.lines('operations')]
}

test('the checker finds nothing in a sound log, with lines in any order', () => {
  assert.deepEqual(checkLines(soundLines().toReversed().join(''), acknowledged), {
    lines: 200,
    torn: 0,
    lost: 0,
    duplicates: 0,
    clashes: 0,
    unknown: 0,
  })
})

test('the checker finds every line that a dropping writer drops', () => {
  const lines = soundLines().filter((_, index) => index % 20 !== 7)
  assert.equal(checkLines(lines.join(''), acknowledged).lost, 10)
})

test('the checker counts every line that a doubling writer doubles', () => {
  const lines = soundLines().flatMap((line, index) => (index % 20 === 3 ? [line, line] : [line]))
  const report = checkLines(lines.join(''), acknowledged)
  assert.equal(report.duplicates, 10)
  assert.equal(report.lost, 0)
})

test('the checker finds a torn line, glued lines, a missing last newline and a reused seq', () => {
  const lines = soundLines()
  const [first = '', second = ''] = lines
  const torn = [first.slice(0, 40), second, ...lines].join('')
  assert.equal(checkLines(torn, acknowledged).torn, 1)
  assert.equal(checkLines(lines.join('').trimEnd(), acknowledged).torn, 1)
  const reused = lines.join('') + first.replace('course_synced', 'other')
  assert.equal(checkLines(reused, acknowledged).clashes, 1)
  const foreign = lines.join('') + first.replace('alpha', 'beta')
  assert.equal(checkLines(foreign, acknowledged).unknown, 1)
})

test('the checker finds the same whatever the chunks are, and takes every file by itself', () => {
  const lines = soundLines()
  const text = Buffer.from(lines.join('') + lines.slice(0, 3).join('').trimEnd())
  const whole = checkLines(text.toString('utf8'), acknowledged)
  assert.deepEqual([whole.lines, whole.duplicates, whole.torn], [200, 2, 1])
  for (const size of [1, 7, 1000]) {
    const checker = new LineChecker()
    for (let at = 0; at < text.length; at += size) checker.add(text.subarray(at, at + size))
    checker.endFile()
    assert.deepEqual(checker.report(acknowledged), whole)
  }
  const two = new LineChecker()
  const sound = lines.join('')
  for (const part of [sound.slice(0, 100), sound.slice(100)]) {
    two.add(Buffer.from(part))
    two.endFile()
  }
  assert.equal(two.report(acknowledged).torn, 2, 'both halves')
  assert.equal(two.report(acknowledged).lost, 1)
})
