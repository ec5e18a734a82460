import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { CLIENT, no_python } from './support/python.ts'

const LONG_LINE = `
import sys
from canvas_sync_monitor import _Lane
lane = _Lane.hold(sys.argv[1], forced=True)
lane.append(b"x" * 3_000_000 + b"\\n" + b"{}\\n")
for _ in range(3):
    lines, size = lane.read(100)
    print([len(line) for line in lines])
    lane.done(size)
`

test(
  'a line of the spool that is longer than a batch costs neither itself nor what comes after it',
  {
    skip: no_python,
  },
  () => {
    const run = spawnSync('python3', ['-c', LONG_LINE, temporaryDirectory()], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONPATH: dirname(CLIENT) },
    })
    assert.deepEqual([run.stderr, run.stdout], ['', '[3000000]\n[2]\n[]\n'])
  },
)
