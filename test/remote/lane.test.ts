import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { Lane } from '../../src/remote/spool/lane.ts'
import { isOrphaned, parseSpoolName, spoolName } from '../../src/remote/spool/spool-name.ts'
import { Spool } from '../../src/remote/spool/spool.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

function laneIn(directory: string, names: readonly string[] = [], segment_bytes = 200): Lane {
  let number = names.length
  return new Lane(directory, names, () => `segment-${String(number++).padStart(4, '0')}`, segment_bytes)
}

function readAll(lane: Lane, max_lines = 7): string[] {
  const lines: string[] = []
  for (let batch = lane.read(max_lines, 500); batch !== null; batch = lane.read(max_lines, 500)) {
    lines.push(...batch.lines)
    lane.done(batch.end)
  }
  return lines
}

describe('a lane of the spool', () => {
  it('gives every line once and in order, however it is added, read and opened again', () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ add: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }) }),
      },
      { weight: 4, arbitrary: fc.record({ read: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 1, arbitrary: fc.constant({ again: true }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const directory = temporaryDirectory()
        let lane = laneIn(directory)
        const added: string[] = []
        const seen: string[] = []
        for (const one of steps) {
          if ('add' in one) {
            const lines = one.add.map((text, at) => JSON.stringify({ text, at: added.length + at }))
            lane.append(lines.map((line) => `${line}\n`).join(''))
            added.push(...lines)
          } else if ('read' in one) {
            const batch = lane.read(one.read, 300)
            if (batch === null) continue
            seen.push(...batch.lines)
            lane.done(batch.end)
          } else {
            lane.close()
            // What was read of a segment that is still there is read again: the server drops it.
            lane = laneIn(directory, readdirSync(directory).sort())
          }
        }
        seen.push(...readAll(lane))
        assert.deepEqual([...new Set(seen)], added)
        assert.equal(lane.bytes, 0)
        assert.deepEqual(readdirSync(directory), [])
      }),
      { numRuns: 60 },
    )
  })

  it('passes over what a killed process left torn, wherever it was cut', () => {
    const lines = ['{"a":1}', '{"b":"ü"}', '{"c":3}']
    const text = lines.map((line) => `${line}\n`).join('')
    for (let cut = 0; cut <= Buffer.byteLength(text); cut++) {
      const directory = temporaryDirectory()
      const path = join(directory, 'segment-0000')
      writeFileSync(path, text)
      truncateSync(path, cut)
      const whole = Buffer.from(text).subarray(0, cut).toString('utf8').split('\n').slice(0, -1)
      assert.deepEqual(readAll(new Lane(directory, ['segment-0000'], null)), whole)
      assert.deepEqual(readdirSync(directory), [])
    }
  })

  it('says how much is not delivered yet', () => {
    const directory = temporaryDirectory()
    const lane = laneIn(directory, [], 20)
    lane.append('0123456789\n')
    lane.append('0123456789\n')
    lane.append('0123456789\n')
    assert.equal(lane.bytes, 33)
    const batch = lane.read(1, 1000)
    lane.done(batch?.end ?? 0)
    assert.equal(lane.bytes, 22)
  })
})

describe('the spool of a folder', () => {
  it('names segments so that who reads the name knows whose they are', () => {
    const name = { pid: 42, process_started: '8812', run: 'deadbeef', number: 7 }
    assert.deepEqual(parseSpoolName(spoolName(name)), name)
    assert.equal(parseSpoolName('42-8812-deadbeef-000007.ndjson.bak'), null)
    assert.equal(parseSpoolName('../42-8812-deadbeef-000007.ndjson'), null)
  })

  it('takes over segments of processes that are gone, in their order, and no others', () => {
    const directory = temporaryDirectory()
    const gone = { pid: 2 ** 22 + 1, process_started: '1', run: 'aaaaaaaa', number: 0 }
    writeFileSync(join(directory, spoolName({ ...gone, number: 2 })), 'second\n')
    writeFileSync(join(directory, spoolName({ ...gone, number: 1 })), 'first\n')
    const other = new Spool(directory)
    other.own.append('living\n')
    writeFileSync(join(directory, 'notes.txt'), 'mine\n')
    assert.equal(isOrphaned(gone), true)
    const lanes = new Spool(directory).adopt()
    assert.deepEqual(
      lanes.map((lane) => readAll(lane)),
      [['first', 'second']],
    )
    assert.deepEqual(new Spool(directory).adopt(), [])
    assert.deepEqual(
      readdirSync(directory)
        .map((name) => readFileSync(join(directory, name), 'utf8'))
        .sort(),
      ['living\n', 'mine\n'],
    )
    appendFileSync(join(directory, 'notes.txt'), '')
  })
})
