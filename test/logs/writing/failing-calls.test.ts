import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  callsNaming,
  chosenPoints,
  runWithFault,
  withoutStrace,
  type CallPoint,
  type Injection,
  type TracedCommand,
} from '../../support/strace.ts'
import { checkLines } from './line-checker.ts'
import { streamText, temporaryDirectory } from './log-directory.ts'

const CHILD = fileURLToPath(new URL('children/crash-writer.ts', import.meta.url))
const LINES = 80
/** Every tenth line is in errors.log too. */
const ERRORS = 8
const POINTS_BY_DEFAULT = 6

const FAULTS: readonly (readonly [Injection, readonly string[]])[] = [
  ['ENOSPC', ['openat', 'write', 'rename', 'fdatasync']],
  ['EIO', ['openat', 'write', 'rename', 'unlink', 'fdatasync']],
  ['EINTR', ['openat', 'write', 'fdatasync']],
  ['EMFILE', ['openat']],
]

interface Outcome {
  readonly lines_written: number
  readonly lines_dropped: number
}

/** The calls that open the five files at the start: their failure is told to the caller, who does not begin. */
function isAtStart(point: CallPoint, points: readonly CallPoint[]): boolean {
  const first_write = points.findIndex(({ syscall }) => syscall === 'write')
  return point.thread === 'main' && points.indexOf(point) < first_write
}

for (const [error, syscalls] of FAULTS) {
  test(`${error} of any one call tears and loses no line; what a failure at the very end costs is counted`, async (t) => {
    const missing = withoutStrace()
    if (missing !== false) return t.skip(missing)
    const root = temporaryDirectory(t)
    let number = 0
    const fresh = (): TracedCommand => {
      const folder = join(root, `run-${++number}`)
      return { folder, script: [CHILD, folder, 'w', String(LINES), '1000'] }
    }
    const { points } = await callsNaming(fresh, ['write', ...syscalls])
    const running = points.filter((point) => syscalls.includes(point.syscall) && !isAtStart(point, points))
    for (const point of chosenPoints(running, POINTS_BY_DEFAULT, (text) => t.diagnostic(text))) {
      const command = fresh()
      const run = await runWithFault(command, point, error)
      const where = `${error} for ${point.shown}, ${run.signal ?? 'no signal'}: ${run.stderr}`
      assert.equal(run.code, 0, where)
      const { lines_written, lines_dropped } = JSON.parse(run.stderr) as Outcome
      assert.equal(lines_written + lines_dropped, LINES + ERRORS, where)
      const text = streamText(command.folder, 'operations') + streamText(command.folder, 'errors')
      const seqs = Number(run.stdout.trimEnd().split('\n').at(-1))
      const { lines, torn, lost, clashes } = checkLines(text, new Map([['w', seqs]]))
      assert.deepEqual(
        { lines, torn, lost, clashes },
        { lines: lines_written, torn: 0, lost: 0, clashes: 0 },
        where,
      )
      if (lines_dropped > 0) assert.ok(isAmongLast(point, running), where)
    }
  })
}

function isAmongLast(point: CallPoint, points: readonly CallPoint[]): boolean {
  return points.indexOf(point) >= points.length - 10
}
