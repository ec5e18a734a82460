import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { no_pty, startInPty, type PtyRun } from './support/pty.ts'
import { smallCanvas, syncedPlace, WorkPlace } from './support/work-place.ts'

const COLOUR = /\u001b\[[0-9;]*[1-9][0-9]*m/
const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const CTRL_C = '\u0003'

/** A sync whose courses never end. */
async function stalledPlace(): Promise<WorkPlace> {
  const simulator = await smallCanvas({ throttle: {} })
  simulator.faults.add({ when: { path: '/api/v1/courses/*/assignment_groups' }, fault: { kind: 'hang' } })
  return new WorkPlace(simulator)
}

function assertCursorRestored(run: PtyRun): void {
  const screen = run.screen()
  assert.ok(screen.includes(HIDE_CURSOR))
  assert.ok(
    screen.lastIndexOf(SHOW_CURSOR) > screen.lastIndexOf(HIDE_CURSOR),
    JSON.stringify(screen.slice(-600)),
  )
}

suite('on a screen', { concurrency: 2, skip: no_pty }, () => {
  test('a sync shows its courses and the throttle; Ctrl-C restores the cursor', async () => {
    const place = await stalledPlace()
    const [course] = [...(place.simulator?.university.truth.courses() ?? [])]
    const run = startInPty(place, place.syncArguments())
    await run.shows(/Canvas budget \d+ of \d+, \d+ in flight/)
    await run.shows(/ 0 of 2 courses/)
    assert.ok(run.screen().includes(String(course?.['name']).slice(0, 20)))
    run.type(CTRL_C)
    assert.equal(await run.code, 130)
    assertCursorRestored(run)
    const text = stripVTControlCharacters(run.screen())
    assert.match(text, /Stopping\. Once more to stop at once\.\r\n/)
    assert.match(text, /■ cancelled in .* sync 1 /)
  })

  test('a sync that ends leaves its summary and the cursor', async () => {
    const place = new WorkPlace(await smallCanvas())
    const run = startInPty(place, place.syncArguments())
    assert.equal(await run.code, 0)
    assertCursorRestored(run)
    assert.match(run.screen(), /\u001b\[32m✔ completed\u001b\[39m in/)
  })

  test('SIGTERM restores the cursor, too', async () => {
    const place = await stalledPlace()
    const run = startInPty(place, place.syncArguments())
    await run.shows(/0 of 2 courses/)
    run.kill('SIGTERM')
    assert.equal(await run.code, 143)
    assertCursorRestored(run)
  })

  test('so does a second Ctrl-C while the first one waits for the database', async () => {
    const place = await stalledPlace()
    const run = startInPty(place, place.syncArguments())
    await run.shows(/0 of 2 courses/)
    using held = new DatabaseSync(place.path('data/canvas-sync.db'), { timeout: 5000 })
    held.exec('begin immediate')
    run.type(CTRL_C)
    await run.shows(/Stopping/)
    const presses = setInterval(() => {
      run.type(CTRL_C)
    }, 100)
    const pressed = performance.now()
    assert.equal(await run.code, 130)
    clearInterval(presses)
    // Who waits for the database waits five seconds.
    assert.ok(performance.now() - pressed < 4800)
    assertCursorRestored(run)
  })

  test('no line of the display is wider than the screen, with wide letters, too', async () => {
    const place = await stalledPlace()
    const { simulator } = place
    for (const course of simulator?.university.truth.courses() ?? []) {
      simulator?.university.renameCourse({ course_id: String(course['id']), name: '量子力学入門'.repeat(9) })
    }
    const run = startInPty(place, place.syncArguments())
    await run.shows(/量子力学入門/)
    run.type(CTRL_C)
    await run.code
    const [name = ''] = /(?:量子力学入門)+[量子力学入門]*…? {2}/.exec(run.screen()) ?? []
    assert.ok(name.trimEnd().length <= 18, name)
  })

  test('colours on a screen, but not with NO_COLOR, --no-color or TERM=dumb', async () => {
    const place = await syncedPlace(await smallCanvas())
    const screenOf = async (
      args: readonly string[],
      environment?: Record<string, string>,
    ): Promise<string> => {
      const run = startInPty(place, args, environment)
      assert.equal(await run.code, 0, run.screen())
      return run.screen()
    }
    const list = ['syncs', 'list']
    assert.match(await screenOf(list), COLOUR)
    assert.doesNotMatch(await screenOf(list, { NO_COLOR: '1' }), COLOUR)
    assert.match(await screenOf(list, { NO_COLOR: '' }), COLOUR)
    assert.doesNotMatch(await screenOf([...list, '--no-color']), COLOUR)
    assert.doesNotMatch(await screenOf(place.syncArguments(), { NO_COLOR: '1' }), COLOUR)
    const dumb = await screenOf(place.syncArguments(), { TERM: 'dumb' })
    assert.ok(!dumb.includes('\u001b'), JSON.stringify(dumb))
    assert.match(dumb, /\[2\/2\] completed/)
    const quiet = await screenOf(place.syncArguments('--quiet', '--json'))
    assert.doesNotThrow(() => JSON.parse(quiet) as unknown)
  })
})
