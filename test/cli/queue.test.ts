import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startSimulator } from '../../src/simulator/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { runCli, type CliResult } from './support/run-cli.ts'

const directory = temporaryDirectory()

test('syncs are queued, looked at, cancelled, run and scheduled from the command line', async () => {
  const size = { courses: 2, teachers: 1, students: 10, assignments_per_course: 1 }
  await using simulator = await startSimulator({ throttle: false, size })
  writeFileSync(join(directory, 'science.token'), simulator.tokens.teacher)
  const source = { base_url: simulator.base_url, token_file: 'science.token' }
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ sources: { science: source } }))
  const run = (...args: string[]): Promise<CliResult> =>
    runCli([...args, '--config', 'config.json'], { cwd: directory })
  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await run(...args, '--json')).stdout) as unknown

  const added = await run('queue', 'add', '--source', 'science', '--user-id', '42', '--task-id', 'mine')
  assert.equal(added.code, 0, added.stderr)
  const id = added.stdout.trim()
  const other = (await run('queue', 'add', '--source', 'elsewhere', '--priority', '9')).stdout.trim()
  const status = await run('queue', 'status')
  assert.equal(status.code, 1)
  assert.match(status.stdout, /^2 syncs waiting/)
  assert.match(status.stdout, /elsewhere +1 +0 +0/)
  const listed = (await json('queue', 'list')) as { id: string; source: string; state: string }[]
  assert.deepEqual(
    listed.map((job) => [job.id, job.source, job.state]),
    [
      [other, 'elsewhere', 'queued'],
      [id, 'science', 'queued'],
    ],
  )
  assert.match((await run('queue', 'cancel', other)).stdout, /: cancelled\n$/)
  assert.equal((await run('queue', 'cancel', other)).code, 1)

  const worked = await run('worker', '--until-empty')
  assert.equal(worked.code, 0, worked.stderr)
  assert.match(worked.stderr, /1 ended, 0 to be tried again, 0 handed back/)
  const shown = (await json('queue', 'show', id)) as {
    result: { status: string; sync_id: number }
    attempts: { sync_task_id: string; state: string }[]
  }
  assert.equal(shown.result.status, 'completed')
  assert.deepEqual(
    shown.attempts.map(({ sync_task_id, state }) => [sync_task_id, state]),
    [['mine', 'ended']],
  )
  const sync = (await json('syncs', 'show', String(shown.result.sync_id))) as { sync: { user_id: number } }
  assert.match(JSON.stringify(sync), /"user_id":42/)

  const scheduled = await run(
    'queue',
    'schedule',
    'nightly',
    '0 2 * * *',
    '--source',
    'science',
    '--time-zone',
    'UTC',
  )
  assert.match(scheduled.stdout, /^nightly: next at \d{4}-\d\d-\d\d 02:00:00 UTC\n$/)
  assert.match((await run('schedules', 'list')).stdout, /^nightly +all/m)
  assert.match((await run('queue', 'schedules')).stdout, /nightly +0 2 \* \* \* +UTC +science/)
  assert.equal((await run('queue', 'unschedule', 'nightly')).code, 0)
  assert.deepEqual(await json('queue', 'schedules'), [])
  assert.doesNotMatch((await run('schedules', 'list')).stdout, /nightly/)
})

test('what is wrong with a command of the queue is said in a sentence', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['worker'], /^Error: This machine has no source to sync from\.\nName some/],
    [['worker', '--source', 'nope'], /^Error: This machine has no source "nope"\./],
    [['queue', 'add', '--type', 'nope'], /^Error: There is no sync type "nope"\./],
    [['queue', 'add', '--priority', 'high'], /^Error: --priority must be a whole number from -100 to 100/],
    [['queue', 'add', '--after', 'soon'], /^Error: --after must be a duration/],
    [['queue', 'show'], /^Error: queue show needs the id of one queued sync\./],
    [['queue', 'cancel', 'nope'], /^Error: There is no queued sync nope\./],
    [['queue', 'schedule', 'nightly'], /^Error: queue schedule needs a name and a cron expression\./],
    [['queue', 'schedule', 'nightly', 'often'], /^Error: cron of the schedule nightly must be/],
    [['queue', 'unschedule', 'nope'], /^Error: The queue has no schedule nope\./],
  ]
  for (const [args, sentence] of cases) {
    const { code, stderr } = await runCli([...args], { cwd: temporaryDirectory() })
    assert.match(stderr, sentence, args.join(' '))
    assert.ok(code === 1 || code === 2, `${args.join(' ')}: ${code}`)
  }
})
