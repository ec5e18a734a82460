import assert from 'node:assert/strict'
import { appendFileSync, chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { test } from 'node:test'
import { no_pty, startInPty } from './support/pty.ts'
import { writeSampleLogs } from './support/sample-logs.ts'
import { WorkPlace } from './support/work-place.ts'

const CTRL_C = '\u0003'

/** So much log that a person can press a key meanwhile. */
function largePlace(): WorkPlace {
  const place = new WorkPlace()
  writeSampleLogs(place)
  const path = place.path('logs/canvas_sync/api_calls.log')
  const lines = readFileSync(path, 'utf8')
  const block = lines.repeat(2_000)
  for (let count = 0; count < 12; count++) appendFileSync(path, block)
  return place
}

test(
  'Ctrl-C ends a long analysis at once with 130, and leaves no file behind',
  { skip: no_pty },
  async () => {
    const place = largePlace()
    const run = startInPty(place, ['analyze', '-o', 'report.html'])
    await run.shows(/ of \d+ MB/)
    run.type(CTRL_C)
    assert.equal(await run.code, 130)
    assert.ok(run.screen().lastIndexOf('\u001b[?25h') > run.screen().lastIndexOf('\u001b[?25l'), 'cursor')
    assert.deepEqual(readdirSync(place.directory).toSorted(), ['logs', 'pid'])
  },
)

test('a report takes the place of an older one, behind a link too, and keeps its mode', async () => {
  const place = new WorkPlace()
  writeSampleLogs(place)
  place.write('old.html', 'old')
  chmodSync(place.path('old.html'), 0o640)
  symlinkSync('old.html', place.path('link.html'))
  const { code, stderr } = await place.run(['analyze', '-o', 'link.html'])
  assert.equal(code, 0, stderr)
  assert.match(readFileSync(place.path('old.html'), 'utf8'), /^<!doctype html>/)
  assert.equal(statSync(place.path('old.html')).mode & 0o777, 0o640)
  assert.deepEqual(readdirSync(place.directory).toSorted(), ['link.html', 'logs', 'old.html'])
})
