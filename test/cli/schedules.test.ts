import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import type { ScheduleDetails, ScheduleRecord } from '../../src/schedules/schedule-records.ts'
import { checkSchedule } from '../../src/schedules/check-schedule.ts'
import { openStore } from '../../src/store/open-store.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { assertExplained } from './support/assert-explained.ts'
import type { CliResult } from './support/run-cli.ts'
import { runMain } from './support/run-main.ts'
import { WorkPlace } from './support/work-place.ts'

const DAY_MS = 86_400_000
const BY = { origin: 'api', reported_by: null } as const

/** Two schedules: one whose last time was missed, and one that is paused. */
async function placeWithSchedules(): Promise<WorkPlace> {
  const place = new WorkPlace()
  await using store = await openStore(`sqlite:${place.path('data/canvas-sync.db')}`)
  const given = { cron: '0 2 * * *', time_zone: 'Europe/Zurich', margin: '15m', max_run: '2h', user_id: 42 }
  const begin = Date.UTC(2026, 8, 1)
  const { schedule } = await store.schedules.declare(checkSchedule('nightly', given, 'UTC'), BY, begin, null)
  assert.ok(schedule)
  const sync_id = await store.syncs.startSync(
    syncStart('nightly', { sync_type: 'nightly', started_at: begin }),
  )
  await store.syncs.finishSync(sync_id, syncFinish({ finished_at: begin + 1000 }))
  const runs = [
    { due_at: begin, state: 'started', sync_id, started_at: begin, decided_at: begin } as const,
    { due_at: begin + DAY_MS, state: 'missed', sync_id: null, started_at: null, decided_at: begin } as const,
  ]
  await store.schedules.decide({ schedule_id: schedule.id, version: schedule.version, runs })
  await store.schedules.declare(checkSchedule('often', { every: '6h' }, 'UTC'), BY, begin, null)
  await store.schedules.setPaused('often', true, begin, null)
  return place
}

const run = (place: WorkPlace, ...args: string[]): Promise<CliResult> =>
  runMain(['schedules', ...args, '--database', `sqlite:${place.path('data/canvas-sync.db')}`], { TZ: 'UTC' })

suite('schedules', () => {
  test('are listed in words and as JSON', async () => {
    const empty = await run(new WorkPlace(), 'list')
    assert.deepEqual([empty.code, empty.stdout], [0, ''])
    assert.match(empty.stderr, /^No schedules yet in .*Name them as "schedules" in the configuration file/)
    const place = await placeWithSchedules()
    const { code, stdout, stderr } = await run(place)
    assert.deepEqual([code, stderr], [0, ''])
    const [heads, nightly, often, end] = stdout.split('\n')
    assert.match(heads ?? '', /^name +type +user +when +last +was due \(UTC\) +next \(UTC\)$/)
    assert.match(
      nightly ?? '',
      /^nightly +nightly +42 +0 2 \* \* \* Europe\/Zurich +missed +2026-09-02 00:00 +2\d{3}-/,
    )
    assert.match(often ?? '', /^often +often +any +every 6 h 00 min +paused +- +-$/)
    assert.equal(end, '')
    const records = JSON.parse((await run(place, 'list', '--json')).stdout) as ScheduleRecord[]
    assert.deepEqual(
      records.map(({ slug, paused, last_state, user_id }) => [slug, paused, last_state, user_id]),
      [
        ['nightly', false, 'missed', 42],
        ['often', true, null, null],
      ],
    )
  })

  test('are shown with what became of their last times, and say by the exit code that the last was missed', async () => {
    const place = await placeWithSchedules()
    const shown = await run(place, 'show', 'nightly')
    assert.deepEqual([shown.code, shown.stderr], [1, ''])
    const [first, next, ...table] = shown.stdout.split('\n')
    assert.equal(first, 'nightly: 0 2 * * * Europe/Zurich, margin 15 min 00 s, at most 2 h 00 min')
    assert.match(next ?? '', /^Next \(UTC\): (?:2\d{3}-\d\d-\d\d 0[01]:00(?:, )?){5}$/)
    assert.match(table[1] ?? '', /^2026-09-02 00:00 +missed +- +-$/)
    assert.match(table[2] ?? '', /^2026-09-01 00:00 +started +1 +completed$/)
    const one = await run(place, 'show', 'nightly', '--limit', '1', '--json')
    const { due_runs, schedule } = JSON.parse(one.stdout) as ScheduleDetails
    assert.deepEqual(
      [one.code, due_runs.length, due_runs[0]?.state, schedule.max_run_seconds],
      [1, 1, 'missed', 7200],
    )
    const paused = await run(place, 'show', 'often')
    assert.deepEqual(
      [paused.code, paused.stdout],
      [0, 'often: every 6 h 00 min, margin 5 min 00 s, paused\nNext (UTC): never\n'],
    )
  })

  test('are tried with both nights in which the clocks are changed', async () => {
    const place = new WorkPlace()
    const args = ['preview', '30 2 * * *', '--time-zone', 'Europe/Zurich']
    const { code, stdout, stderr } = await run(place, ...args)
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^In Europe\/Zurich:\n(?: {2}\w{3} 2\d{3}-\d\d-\d\d 0[23]:[03]0 {2}.* UTC\n){5}/)
    assert.match(
      stdout,
      /clocks are set 1 h 00 min forward; due that day:\n {2}Sun 2\d{3}-03-\d\d 03:00 {2}.* 01:00 UTC\n/,
    )
    assert.match(
      stdout,
      /clocks are set 1 h 00 min back; due that day:\n {2}Sun 2\d{3}-10-\d\d 02:30 {2}.* 00:30 UTC\n/,
    )
    const told = JSON.parse((await run(place, ...args, '--json')).stdout) as {
      next_due_at: string[]
      clock_changes: { forward_seconds: number; due_at: string[] }[]
    }
    assert.equal(told.next_due_at.length, 5)
    const changes = told.clock_changes.map(
      ({ forward_seconds, due_at }) => [forward_seconds, due_at.length] as const,
    )
    assert.deepEqual(
      new Map(changes),
      new Map([
        [-3600, 1],
        [3600, 1],
      ]),
    )
    const every = await run(place, 'preview', '6h')
    assert.deepEqual([every.code, every.stdout.split('\n').length], [0, 7])
  })

  test('of which nothing can be made are told what is wrong, with exit code 2', async () => {
    const place = new WorkPlace()
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['pause'], /schedules has no "pause"\./],
      [['list', 'nightly'], /schedules list does not take "nightly"/],
      [['show'], /schedules show needs the name of a schedule/],
      [['show', 'a', 'b'], /schedules show does not take "b"/],
      [['show', 'a', '--limit', '0'], /--limit must be a whole number from 1 to 1000, got "0"/],
      [['list', '--limit', '5'], /--limit is for schedules show\./],
      [['show', 'a', '--time-zone', 'UTC'], /--time-zone is for schedules preview\./],
      [['preview'], /schedules preview needs a cron expression or a duration/],
      [['preview', '0', '2', '*', '*', '*'], /does not take "2"\./],
      [['preview', '0 25 * * *'], /^Error: WHEN must be five fields: .*; the hour "25" is none\./],
      [['preview', '30s'], /^Error: WHEN must be a duration .* a minute or longer/],
      [['preview', '6h', '--time-zone', 'Europe/Bern'], /There is no time zone "Europe\/Bern"\./],
    ]
    for (const [args, sentence] of wrong) assertExplained(await run(place, ...args), { code: 2, sentence })
    const none = await run(place, 'show', 'weekly')
    assertExplained(none, { code: 1, sentence: /There is no schedule weekly\./, next: /schedules list/ })
  })

  test('of the configuration are refused by every command before it does anything, with the name of the wrong one', async () => {
    const place = new WorkPlace()
    const good = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`job-${index}`, { every: '1d' }]),
    )
    const faults = [
      [
        { ...good, nightly: { cron: '0 25 * * *' } },
        /cron of the schedule nightly must be five fields: .* the hour "25" is none\.$/,
      ],
      [
        { ...good, nightly: { cron: '0 2 * * *', marign: '5m' } },
        /The schedule nightly has no setting "marign"\.$/,
      ],
      [{ Nightly: { every: '1d' } }, /The name of a schedule must be 1 to 50 characters of a-z/],
      [[], /"schedules" in .*wrong\.json must be an object of schedules by their names/],
    ] as const
    for (const [schedules, sentence] of faults) {
      place.write('wrong.json', JSON.stringify({ schedules }))
      for (const command of [
        ['serve', '--port', '0'],
        ['schedules', 'list'],
      ]) {
        const result = await runMain([...command, '--config', place.path('wrong.json')])
        assertExplained(result, { code: 2, sentence, next: /"nightly": \{ "cron"/ })
        assert.equal(result.stdout, '')
      }
    }
  })

  test('are cut off without a word when nobody reads on', async () => {
    const place = await placeWithSchedules()
    const program = new URL('../../src/cli.ts', import.meta.url).pathname
    const shell = `"$0" "$1" schedules list --json | head -c 1; echo " \${PIPESTATUS[0]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', shell, process.execPath, program], {
      cwd: place.directory,
      encoding: 'utf8',
    })
    assert.match(stdout, /^\[ (?:0|141)\n$/)
    assert.equal(stderr, '')
  })
})
