import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { LiveFile } from '../../../src/logs/writing/live-file.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { checkLines } from './line-checker.ts'
import { temporaryDirectory } from './log-directory.ts'
import { hookSystemCall } from './system-call-hook.ts'

const CAP = 4096
const LINES_OF_STOPPED = 40
const LINES_OF_OTHER = 60

const CALLS = ['openSync', 'writeSync', 'closeSync', 'renameSync'] as const

/** Whoever writes here has the file to itself until the n-th call of one name, at which `stop` is done. */
interface Scene {
  readonly stopAt: (call: number, stop: () => void) => void
  /** How often it was called since. */
  readonly calls: () => number
}

function sceneOf(t: TestContext, name: (typeof CALLS)[number]): Scene {
  let at = 0
  let calls = 0
  let act: (() => void) | undefined
  hookSystemCall(t, name, () => {
    if (++calls !== at) return
    act?.()
  })
  return {
    stopAt: (call, stop) => {
      at = call
      calls = 0
      act = stop
    },
    calls: () => calls,
  }
}

function writeLines(live: LiveFile, clock: FakeClock, writer: string, lines: number): number {
  let waited_ms = 0
  for (let seq = 1; seq <= lines; seq++) {
    const line = Buffer.from(`${JSON.stringify({ writer, seq, message: 'x'.repeat(300) })}\n`)
    while (live.append(line, false) === 0) {
      clock.advance(100)
      waited_ms += 100
    }
  }
  return waited_ms
}

for (const name of CALLS) {
  test(`a writer that is stopped at any ${name} until others took its lock loses nothing, nor do they`, (t) => {
    const root = temporaryDirectory(t)
    const scene = sceneOf(t, name)
    const open = (directory: string, clock: FakeClock): LiveFile => {
      const live = new LiveFile({
        path: join(directory, 'operations.log'),
        max_bytes: CAP,
        backups: 1000,
        clock,
        onFailure: (error) => assert.fail(String(error)),
      })
      t.after(() => live.close())
      return live
    }
    let call = 1
    for (; ; call++) {
      const directory = join(root, String(call))
      mkdirSync(directory)
      const clock = new FakeClock()
      const [stopped, other] = [open(directory, clock), open(directory, clock)]
      let waited_ms = 0
      scene.stopAt(call, () => {
        waited_ms = writeLines(other, clock, 'other', LINES_OF_OTHER)
      })
      writeLines(stopped, clock, 'stopped', LINES_OF_STOPPED)
      if (scene.calls() < call) break
      const files = readdirSync(directory).filter((each) => !each.endsWith('.lock'))
      const text = files.map((each) => readFileSync(join(directory, each), 'utf8')).join('')
      const written = new Map([
        ['stopped', LINES_OF_STOPPED],
        ['other', LINES_OF_OTHER],
      ])
      const { torn, lost, clashes, duplicates } = checkLines(text, written)
      assert.deepEqual({ torn, lost, clashes }, { torn: 0, lost: 0, clashes: 0 }, `call ${call}`)
      assert.ok(duplicates <= 1, `${duplicates} duplicates at call ${call}`)
      for (const file of files)
        assert.ok(statSync(join(directory, file)).size <= CAP * 1.5, `call ${call}: ${file}`)
      assert.ok(waited_ms <= 1000, `the other waited ${waited_ms} ms at call ${call}`)
      assert.equal(readdirSync(directory).length, files.length, 'no lock is left')
    }
    t.diagnostic(`${call - 1} calls`)
    assert.ok(call > 3, `${call} calls`)
  })
}
