import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { tinyDisk } from '../../cli/support/tiny-disk.ts'
import { LineChecker } from './line-checker.ts'
import { parsed, streamFiles, streamLines } from './log-directory.ts'

const CHILD = fileURLToPath(new URL('children/disk-writer.ts', import.meta.url))
const WRITERS = ['a', 'b', 'c']

interface State {
  readonly lines_written: number
  readonly lines_dropped: number
  readonly pending_lines: number
  readonly code: string | null
  readonly longest_ms: number
}

interface DiskWriter {
  readonly name: string
  readonly child: ChildProcess
  /** Resolves with the first state that the process tells for which it holds. */
  readonly when: (holds: (state: State) => boolean) => Promise<State>
  readonly end: () => Promise<State>
}

function startWriter(directory: string, name: string): DiskWriter {
  const child = spawn(process.execPath, [CHILD, directory, name], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  const states: State[] = []
  lines.on('line', (line) => states.push(JSON.parse(line) as State))
  return {
    name,
    child,
    when: async (holds) => {
      for (;;) {
        const state = states.at(-1)
        if (state && holds(state)) return state
        await once(lines, 'line')
      }
    },
    end: async () => {
      child.stdin.end()
      const [code] = (await once(child, 'close')) as [number | null]
      assert.equal(code, 0)
      const last = states.at(-1)
      assert.ok(last)
      return last
    },
  }
}

test('on a disk that is full for three processes no line is torn, and the lines missing are those counted', async (t) => {
  const directory = tinyDisk(1_048_576)
  if (directory === null) return t.skip('needs the right to mount a tmpfs of 1 MiB')
  const writers = WRITERS.map((name) => startWriter(directory, name))
  t.after(() => {
    for (const { child } of writers) child.kill('SIGKILL')
  })
  for (const writer of writers)
    assert.equal((await writer.when((state) => state.lines_dropped > 100)).code, 'ENOSPC')
  assert.equal(spawnSync('mount', ['-o', 'remount,size=200m', directory]).status, 0)
  for (const writer of writers) await writer.when((state) => state.pending_lines === 0)
  const ends = await Promise.all(writers.map((writer) => writer.end()))
  const checker = new LineChecker()
  for (const file of streamFiles(directory, 'operations')) {
    checker.add(readFileSync(file))
    checker.endFile()
  }
  const accepted = ends.map(({ lines_written, lines_dropped }) => lines_written + lines_dropped)
  const { lines, torn, lost, clashes, unknown } = checker.report(
    new Map(WRITERS.map((name, index) => [name, accepted[index] ?? 0])),
  )
  assert.deepEqual({ torn, clashes, unknown }, { torn: 0, clashes: 0, unknown: 0 })
  assert.equal(lines, sum(ends.map((end) => end.lines_written)))
  assert.equal(lost, sum(ends.map((end) => end.lines_dropped)))
  const notices = parsed(streamLines(directory, 'operations')).filter(
    (line) => line['event'] === 'log_lines_lost',
  )
  for (const [index, { name }] of writers.entries()) {
    // As any line, one may be there twice, with the same number, where it could not be known that it was written.
    const counts = new Map(
      notices.filter((line) => line['writer'] === name).map((line) => [line['seq'], Number(line['count'])]),
    )
    const told = [...counts.values()]
    assert.equal(sum(told), ends[index]?.lines_dropped, 'the log tells of each line that is missing')
    assert.ok(told.length <= 3, `told ${told.length} times`)
  }
  const longest_ms = Math.min(...ends.map((end) => end.longest_ms))
  t.diagnostic(
    `${lines} lines, ${lost} dropped; longest write() ${ends.map((end) => end.longest_ms.toFixed(1)).join(', ')} ms`,
  )
  // A busy machine stops each of them for some milliseconds; who waits for the disk, or for another, waits for seconds.
  assert.ok(longest_ms < 500, `write() took ${longest_ms} ms`)
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
