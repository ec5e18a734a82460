import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printable } from '../../src/cli/terminal.ts'
import { cutText, padText, textWidth } from '../../src/cli/text-width.ts'
import { assertNoEscapes } from './support/assert-explained.ts'
import { smallCanvas, WorkPlace } from './support/work-place.ts'

const HOSTILE = 'Ü\u001b[2J\u001b]0;owned\u0007\u202edlrow\u2066\nnext\r\u009b31m\u200b\u2028end'

test('hostile words in course names, task ids and users never reach the terminal as they are', async () => {
  const simulator = await smallCanvas()
  const [course] = [...simulator.university.truth.courses()]
  simulator.university.renameCourse({ course_id: String(course?.['id']), name: HOSTILE })
  const place = new WorkPlace(simulator)
  const hostile = place.syncArguments('--task-id', HOSTILE, '--user-id', HOSTILE, '--trigger', HOSTILE)
  const runs = [
    await place.run(hostile),
    await place.run(hostile),
    await place.run(['doctor', '--database', `sqlite:${HOSTILE}.db`]),
    await place.run(['syncs', 'list']),
    await place.run(['syncs', 'show', '1']),
    await place.run(['syncs', 'show', HOSTILE + HOSTILE]),
    await place.run(['syncs', HOSTILE]),
    await place.run([HOSTILE]),
    await place.run([`--${HOSTILE}`]),
    await place.run(['syncs', `--${HOSTILE}`]),
    await place.run(['syncs', 'list', '--limit', HOSTILE]),
    await place.run(['migrate', '--database', HOSTILE]),
    await place.run(['migrate', '--config', HOSTILE]),
    await place.run(['serve', '--host', HOSTILE]),
    await place.run(['migrate', '--database', `sqlite:${HOSTILE.replaceAll('\n', ' ')}.db`]),
  ]
  for (const { stdout, stderr } of runs) {
    assert.doesNotMatch(stdout + stderr, /\n +at /)
    assertNoEscapes(stdout)
    assertNoEscapes(stderr)
    assert.doesNotMatch(stdout + stderr, /^next/m)
  }
  assert.equal(runs[0]?.code, 0)
  const [row] = place.rows('select sync_task_id from canvas_sync_metrics')
  assert.equal(row?.['sync_task_id'], HOSTILE)
  const json = await place.run(['syncs', 'show', '1', '--json'])
  assertNoEscapes(json.stdout)
  assert.equal((JSON.parse(json.stdout) as { sync_task_id: string }).sync_task_id, HOSTILE)
  assert.equal(json.stdout.split('\n').length, 2)
})

test('printable text keeps letters of all scripts and shows what it replaced', () => {
  assert.equal(printable('Größe 日本語 العربية 👩‍🏫'), 'Größe 日本語 العربية 👩‍🏫')
  assert.equal(printable('a\nb'), 'a b')
  assert.equal(printable('a\u001b[31mb'), 'a\ufffd[31mb')
})

test('text is measured, cut and filled up in columns of a terminal', () => {
  const cases: readonly [string, number][] = [
    ['', 0],
    ['Physics', 7],
    ['日本語', 6],
    ['e\u0301a', 2],
    ['👩‍🏫', 2],
    ['한국어 1', 8],
    ['✔ ◐', 3],
  ]
  for (const [text, width] of cases) {
    assert.equal(textWidth(text), width, JSON.stringify(text))
    for (let columns = 1; columns <= 10; columns++) {
      const cut = cutText(text, columns)
      assert.ok(textWidth(cut) <= columns, `${JSON.stringify(text)} in ${columns}`)
      assert.equal(textWidth(padText(cut, columns)), columns)
      if (width <= columns) assert.equal(cut, text)
      else assert.match(cut, /…$/)
    }
  }
  assert.equal(cutText('日本語の授業', 6), '日本…')
})
