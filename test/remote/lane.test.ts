import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { Lane } from '../../src/remote/spool/lane.ts'
import {
  laneName,
  leftLaneName,
  ownerOf,
  ownLaneName,
  parseLaneName,
} from '../../src/remote/spool/spool-name.ts'
import { Spool, spoolStatus } from '../../src/remote/spool/spool.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const RUN = 'aaaaaaaaaaaa'
const GONE = { ...ownLaneName(RUN), pid: 2 ** 22 + 1 }

function readAll(lane: Lane, max_lines = 7): string[] {
  const lines: string[] = []
  for (let batch = lane.read(max_lines, 500); batch !== null; batch = lane.read(max_lines, 500)) {
    lines.push(...batch.lines)
    lane.done(batch)
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
        const directory = join(temporaryDirectory(), 'lane')
        let lane = new Lane(directory, RUN, 200)
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
            lane.done(batch)
          } else {
            lane.close()
            // What was read of a segment that is still there is read again: the server drops it.
            lane = new Lane(directory, RUN, 200)
          }
        }
        seen.push(...readAll(lane))
        assert.deepEqual([...new Set(seen)], added)
        assert.equal(lane.bytes, 0)
        lane.close()
        assert.equal(existsSync(directory), false)
      }),
      { numRuns: 60 },
    )
  })

  it('passes over what a killed process left torn, wherever it was cut', () => {
    const lines = ['{"a":1}', '{"b":"ü"}', '{"c":3}']
    const text = lines.map((line) => `${line}\n`).join('')
    for (let cut = 0; cut <= Buffer.byteLength(text); cut++) {
      const directory = temporaryDirectory()
      const path = join(directory, '000000.ndjson')
      writeFileSync(path, text)
      truncateSync(path, cut)
      const whole = Buffer.from(text).subarray(0, cut).toString('utf8').split('\n').slice(0, -1)
      assert.deepEqual(readAll(new Lane(directory, RUN)), whole)
      assert.deepEqual(readdirSync(directory), [])
    }
  })

  it('says how much is not delivered yet', () => {
    const lane = new Lane(join(temporaryDirectory(), 'lane'), RUN, 20)
    for (let line = 0; line < 3; line++) lane.append('0123456789\n')
    assert.equal(lane.bytes, 33)
    const batch = lane.read(1, 1000)
    assert.ok(batch)
    lane.done(batch)
    assert.equal(lane.bytes, 22)
  })

  it('goes on when somebody deletes its folder, also between reading and delivering', () => {
    const directory = join(temporaryDirectory(), 'lane')
    const lane = new Lane(directory, RUN)
    lane.append('one\n')
    const batch = lane.read(5, 1000)
    assert.ok(batch)
    rmSync(directory, { recursive: true })
    lane.done(batch)
    lane.append('two\n')
    assert.deepEqual(readAll(lane), [])
    lane.append('three\n')
    rmSync(directory, { recursive: true })
    assert.deepEqual(readAll(lane), [])
    lane.append('four\n')
    assert.deepEqual(readAll(lane), ['four'])
  })

  it('keeps the names that its events are sent with for whoever goes on', () => {
    const directory = join(temporaryDirectory(), 'lane')
    const lane = new Lane(directory, RUN)
    const lines = ['start', 'log'].map((type, id) =>
      JSON.stringify({ type, task_id: 'ä"1', id: `${RUN}-${id}` }),
    )
    lane.append(`${lines.join('\n')}\n`)
    lane.names.rename('ä"1')
    lane.names.giveUp('b', `${RUN}-9`)
    lane.close()
    const { names } = new Lane(directory, RUN)
    const sent = names.apply([...lines, JSON.stringify({ type: 'start', task_id: 'b', id: `${RUN}-9` })])
    assert.deepEqual(
      sent.map((line) => JSON.parse(line) as unknown),
      lines.map((line) => ({ ...(JSON.parse(line) as object), task_id: `ä"1#${RUN}` })),
    )
    assert.equal(names.rename(`ä"1#${RUN}`), null)
  })
})

describe('the spool of a folder', () => {
  const leave = (directory: string, name: string, segments: Readonly<Record<string, string>>): void => {
    mkdirSync(join(directory, name))
    for (const [segment, text] of Object.entries(segments)) {
      writeFileSync(join(directory, name, segment), text)
    }
  }

  it('names lanes so that who reads the name knows whose they are', () => {
    const own = ownLaneName(RUN)
    assert.deepEqual(parseLaneName(laneName(own)), own)
    assert.equal(parseLaneName(`${laneName(own)}/x`), null)
    assert.equal(parseLaneName(`../${laneName(own)}`), null)
    assert.equal(ownerOf(own), 'alive')
    assert.equal(ownerOf(GONE), 'gone')
    assert.equal(ownerOf({ ...own, process_started: '1' }), 'gone')
    assert.equal(ownerOf({ ...GONE, space: 'another-host' }), 'elsewhere')
    assert.equal(ownerOf(leftLaneName(own)), 'gone')
  })

  it('takes over lanes of processes that are gone, in their order, and no others', () => {
    const directory = temporaryDirectory()
    leave(directory, laneName(GONE), { '000002.ndjson': 'second\n', '000001.ndjson': 'first\n' })
    leave(directory, laneName({ ...GONE, run: 'bbbbbbbbbbbb', space: 'another-host' }), {
      '000000.ndjson': 'theirs\n',
    })
    const other = new Spool(directory)
    other.own.append('living\n')
    writeFileSync(join(directory, 'notes.txt'), 'mine\n')
    assert.deepEqual(spoolStatus(directory), { lanes: 3, bytes: 27, left_bytes: 13, elsewhere_bytes: 7 })

    const spool = new Spool(directory)
    const lanes = spool.adopt()
    assert.deepEqual(new Spool(directory).adopt(), [], 'nobody takes over what another one has taken over')
    assert.deepEqual(
      lanes.map((lane) => readAll(lane)),
      [['first', 'second']],
    )
    for (const lane of lanes) spool.release(lane)
    assert.deepEqual(spoolStatus(directory), { lanes: 2, bytes: 14, left_bytes: 0, elsewhere_bytes: 7 })
    assert.deepEqual(
      spool.adopt({ elsewhere: true }).map((lane) => readAll(lane)),
      [['theirs']],
    )
    assert.deepEqual(readAll(other.own), ['living'])
    assert.ok(existsSync(join(directory, 'notes.txt')))
  })

  it('leaves what is not delivered to the next one, in this process too', () => {
    const directory = temporaryDirectory()
    const first = new Spool(directory)
    first.own.append('left\n')
    first.release(first.own)
    const [lane] = new Spool(directory).adopt()
    assert.equal(lane?.run, first.run)
    assert.deepEqual(readAll(lane), ['left'])
  })
})
