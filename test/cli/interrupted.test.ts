import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import type { Simulator } from '../../src/simulator/index.ts'
import { assertNoStack } from './support/assert-explained.ts'
import { parseSyncRecord } from './support/assert-sync-record.ts'
import type { RunningCli } from './support/run-cli.ts'
import { smallCanvas, WorkPlace } from './support/work-place.ts'

/**
 * A Canvas of four courses one of which never answers. Were it three, their calls could hold all places that the
 * client allows itself after its first answers, and no course would end before they time out.
 */
async function canvasThatStalls(): Promise<Simulator> {
  const simulator = await smallCanvas({ size: { students: 12, courses: 4, teachers: 1 } })
  const [course] = [...simulator.university.truth.courses()]
  simulator.faults.add({
    when: { path: `/api/v1/courses/${String(course?.['id'])}/assignment_groups` },
    fault: { kind: 'hang' },
  })
  return simulator
}

/** Sends the signal until the program is gone, as an impatient person does. */
async function pressUntilGone(cli: RunningCli, signal: 'SIGINT'): Promise<number> {
  const presses = setInterval(() => cli.child.kill(signal), 100)
  try {
    return (await cli.result).code
  } finally {
    clearInterval(presses)
  }
}

suite('interrupted', { concurrency: 2 }, () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} in mid-sync: ${code}, one record that is cancelled, and all that was read is kept`, async () => {
      const simulator = await canvasThatStalls()
      const place = new WorkPlace(simulator)
      const cli = place.start(place.syncArguments('--json'))
      const [, read = ''] = await cli.shows('stderr', /\[1\/4\] completed {2}course (\d+)/)
      cli.child.kill(signal)
      const result = await cli.result
      assert.equal(result.code, code, result.stderr)
      assert.match(result.stderr, /Stopping\. Once more to stop at once\./)
      assertNoStack(result)
      const record = parseSyncRecord(result.stdout)
      assert.equal(record.sync_status, 'cancelled')
      assert.notEqual(record.sync_end_time, null)
      const [row] = place.rows('select sync_status from canvas_sync_metrics')
      assert.equal(row?.['sync_status'], 'cancelled')
      const kept = place.rows('select course_id from canvas_assignments')
      assert.ok(kept.some(({ course_id }) => String(course_id) === read))

      simulator.faults.clear()
      const again = await place.run(place.syncArguments('--json'))
      assert.equal(again.code, 0, again.stderr)
      assert.match(again.stderr, new RegExp(`skipped .*${read}.*interrupted`))
    })
  }

  test('a second Ctrl-C ends at once, even while the database is held', async () => {
    const place = new WorkPlace(await canvasThatStalls())
    const cli = place.start(place.syncArguments('--json'))
    await cli.shows('stderr', /\[1\/4\] completed/)
    using held = new DatabaseSync(place.path('data/canvas-sync.db'), { timeout: 5000 })
    held.exec('begin immediate')
    cli.child.kill('SIGINT')
    await cli.shows('stderr', /Stopping/)
    const pressed = performance.now()
    assert.equal(await pressUntilGone(cli, 'SIGINT'), 130)
    // Who waits for the database waits five seconds.
    assert.ok(performance.now() - pressed < 4800)
    assert.equal((await cli.result).stdout, '')
  })

  test('the same Ctrl-C passed on twice, as npm does, is one Ctrl-C', async () => {
    const place = new WorkPlace(await canvasThatStalls())
    const cli = place.start(place.syncArguments('--json'))
    await cli.shows('stderr', /\[1\/4\] completed/)
    cli.child.kill('SIGINT')
    cli.child.kill('SIGTERM')
    const result = await cli.result
    assert.equal(parseSyncRecord(result.stdout).sync_status, 'cancelled')
    assert.ok([130, 143].includes(result.code))
  })

  for (const command of [
    ['serve', '--port', '0', '--json'],
    ['simulate', '--port', '0', '--json'],
  ]) {
    test(`${command[0]} ends with 130 at Ctrl-C`, async () => {
      const place = new WorkPlace()
      const cli = place.start(command)
      await cli.shows('stdout', /\n/)
      const pressed = performance.now()
      cli.child.kill('SIGINT')
      const result = await cli.result
      assert.equal(result.code, 130)
      // Connections that do not end are cut after ten seconds.
      assert.ok(performance.now() - pressed < 9000)
      assertNoStack(result)
    })
  }
})
