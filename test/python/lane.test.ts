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

const TORN_NAMES = `
import os, sys
from canvas_sync_monitor import _Lane, _rename
for text in ('{"first":"a#first"}\\n{"torn', '\\xff\\n[1]\\n7\\n'):
    with open(os.path.join(sys.argv[1], "names"), "ab") as file:
        file.write(text.encode("latin-1"))
    lane = _Lane.hold(sys.argv[1], forced=True)
    assert _rename(lane, f"run{len(lane.names)}", "b")
    lane.close()
print(_Lane.hold(sys.argv[1], forced=True).names)
`

test('a name in the spool that is torn costs no other', { skip: no_python }, () => {
  const run = spawnSync('python3', ['-c', TORN_NAMES, temporaryDirectory()], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: dirname(CLIENT) },
  })
  assert.deepEqual(
    [run.stderr, run.stdout],
    ['', "{'first': 'a#first', 'run1': 'b#run1', 'run2': 'b#run2'}\n"],
  )
})
