import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readHistory } from '../../../src/logs/cleanup/cleanup-history.ts'
import type { CleanupReport } from '../../../src/logs/cleanup/cleanup-report.ts'
import { LogDirectory } from '../../../src/logs/cleanup/log-directory.ts'
import { NightlyCleanup } from '../../../src/logs/cleanup/nightly-cleanup.ts'
import { nightlySchedule } from '../../../src/logs/cleanup/nightly-schedule.ts'
import { pidSpace, processStart } from '../../../src/logs/directory/process-identity.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../writing/log-directory.ts'
import { archiveNames, plantLog } from './log-folder.ts'

const HOUR_MS = 3_600_000
const SCHEDULE = nightlySchedule({ time_zone: 'Europe/Zurich' })
const NIGHT_22 = '2026-11-22T02:00 Europe/Zurich'
const NIGHT_23 = '2026-11-23T02:00 Europe/Zurich'

interface Server {
  readonly clock: FakeClock
  readonly logs: LogDirectory
  readonly errors: unknown[]
  /** Lets time pass, a step at a time, and what is started in it end. */
  pass(duration_ms: number, step_ms?: number): Promise<void>
  stop(): Promise<void>
}

/** A server's nightly clean-up at 2026-11-22T10:15Z, 11:15 in Zurich. */
function serverOn(directory: string, start = '2026-11-22T10:15:00.000Z'): Server {
  const clock = new FakeClock({ start })
  const logs = new LogDirectory({ directory, clock, nightly: SCHEDULE })
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  const nightly = new NightlyCleanup({ logs, schedule: SCHEDULE, clock, onError })
  const stop = async (): Promise<void> => {
    await nightly.stop()
    await logs.close()
  }
  return {
    clock,
    logs,
    errors,
    stop,
    async pass(duration_ms, step_ms = 30_000) {
      for (let passed = 0; passed < duration_ms; passed += step_ms) {
        clock.advance(step_ms)
        // A look at the history is a few turns of the event loop; a clean-up is waited for.
        for (let turn = 0; turn < 3; turn++) await delay(0)
        await logs.finished()
      }
    },
  }
}

const nightsOf = (history: readonly CleanupReport[]): (string | null)[] =>
  history.map((report) => report.scheduled_for)

test('the logs are cleaned up every night at two, and once', async (t) => {
  const directory = temporaryDirectory(t)
  const server = serverOn(directory, '2026-11-22T23:00:00.000Z')
  plantLog(directory, 'operations', { number: 1, lines: 20, age_days: 8 })
  await server.pass(5 * 60_000)
  // The night before was seen by no server.
  assert.deepEqual(nightsOf(await readHistory(directory)), [NIGHT_22])
  for (let night = 0; night < 2; night++) {
    await server.pass(110 * 60_000, 10 * 60_000)
    await server.pass(10 * 60_000)
    await server.pass(22 * HOUR_MS, HOUR_MS)
  }
  await server.stop()
  const history = await readHistory(directory)
  assert.deepEqual(nightsOf(history), [NIGHT_22, NIGHT_23, '2026-11-24T02:00 Europe/Zurich'])
  assert.match(history[1]?.started_at ?? '', /^2026-11-23T01:00:/)
  assert.match(history[2]?.started_at ?? '', /^2026-11-24T01:00:/)
  assert.deepEqual(server.errors, [])
})

test('a server that starts after another has done the night does nothing', async (t) => {
  const directory = temporaryDirectory(t)
  const first = serverOn(directory)
  await first.pass(2 * 60_000)
  await first.stop()
  const second = serverOn(directory, '2026-11-22T12:00:00.000Z')
  await second.pass(5 * 60_000)
  await second.stop()
  assert.deepEqual(nightsOf(await readHistory(directory)), [NIGHT_22])
})

test('a clean-up on request does not count as the night’s, and one that is running is waited for', async (t) => {
  const directory = temporaryDirectory(t)
  const lock = join(directory, '.cleanup.lock')
  const holder = `${process.ppid} ${processStart(process.ppid)} ${pidSpace()} nonce somebody\n`
  writeFileSync(lock, holder)
  const server = serverOn(directory)
  await server.pass(5 * 60_000)
  assert.deepEqual(await readHistory(directory), [])
  rmSync(lock)
  await server.logs.startCleanup(SCHEDULE)
  await server.logs.finished()
  await server.pass(2 * 60_000)
  await server.stop()
  assert.deepEqual(nightsOf(await readHistory(directory)), [null, NIGHT_22])
})

test('a night’s clean-up that was stopped is done by the next server', async (t) => {
  const directory = temporaryDirectory(t)
  for (const number of [1, 2, 3]) plantLog(directory, 'operations', { number, lines: 2000, age_days: 8 })
  const first = new LogDirectory({ directory, clock: new FakeClock() })
  await first.startCleanup(SCHEDULE, { scheduled_for: NIGHT_22 })
  await first.close()
  const [stopped] = await readHistory(directory)
  assert.equal(stopped?.stopped_early, true)
  const second = serverOn(directory)
  await second.pass(2 * 60_000)
  await second.stop()
  assert.deepEqual(nightsOf(await readHistory(directory)), [NIGHT_22, NIGHT_22])
})

test('a folder that cannot be worked on is tried once a night, not every half minute', async (t) => {
  const directory = join(temporaryDirectory(t), 'file')
  writeFileSync(directory, '')
  const server = serverOn(directory)
  const reports = new Set<string>()
  for (let minute = 0; minute < 10; minute++) {
    await server.pass(60_000)
    const report = await server.logs.lastReport()
    if (report) reports.add(report.task_id)
  }
  await server.stop()
  assert.equal(reports.size, 1)
})

test('a clock that is set back and forth does no night twice', async (t) => {
  const directory = temporaryDirectory(t)
  const server = serverOn(directory)
  await server.pass(2 * 60_000)
  for (const jump_ms of [20 * HOUR_MS, -20 * HOUR_MS, 20 * HOUR_MS]) {
    server.clock.jumpWall(jump_ms)
    await server.pass(2 * 60_000)
  }
  await server.stop()
  assert.deepEqual(nightsOf(await readHistory(directory)), [NIGHT_22, NIGHT_23])
})

test('the status tells the next night, the last clean-up, and the newest ten', async (t) => {
  const directory = temporaryDirectory(t)
  const logs = new LogDirectory({ directory, clock: new FakeClock(), nightly: SCHEDULE })
  for (let run = 0; run < 12; run++) {
    await logs.startCleanup({ ...SCHEDULE, max_lines: run })
    await logs.finished()
  }
  const { next_cleanup, last_cleanup, history } = await logs.status()
  assert.equal(next_cleanup, '2026-11-23T01:00:00.000Z')
  assert.deepEqual(last_cleanup?.options, { max_lines: 11, archive_days: 7, delete_days: 30 })
  assert.deepEqual(
    history.map(({ options }) => options.max_lines),
    [11, 10, 9, 8, 7, 6, 5, 4, 3, 2],
  )
})

const SCRIPT = fileURLToPath(new URL('children/nightly-server.ts', import.meta.url))

interface ServerProcess {
  readonly child: ChildProcess
  /** What became of its attempts, in order. */
  readonly said: string[]
}

function startProcess(t: TestContext, directory: string, now: string): ServerProcess {
  const child = spawn(process.execPath, [SCRIPT, directory, now, '20'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const said: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(...text.trimEnd().split('\n')))
  return { child, said }
}

async function endProcess({ child }: ServerProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.stdin?.end()
  assert.deepEqual(await ended, [0, null])
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20)
}

const isDone = async (directory: string): Promise<boolean> => (await readHistory(directory)).length > 0

test('of several servers on one folder one does the night, and the others find it done', async (t) => {
  const directory = temporaryDirectory(t)
  for (let number = 1; number <= 10; number++) plantLog(directory, 'operations', { number, lines: 500 })
  const servers = [1, 2, 3].map(() => startProcess(t, directory, '2026-11-23T01:00:00.000Z'))
  await until(() => isDone(directory))
  servers.push(startProcess(t, directory, '2026-11-23T01:10:00.000Z'))
  const last = servers.map(
    ({ said }) =>
      () =>
        said.at(-1) ?? '',
  )
  await until(() => last.every((word) => ['started', 'done'].includes(word())))
  for (const server of servers) await endProcess(server)
  assert.deepEqual(last.map((word) => word()).toSorted(), ['done', 'done', 'done', 'started'])
  const [report, ...more] = await readHistory(directory)
  assert.deepEqual(more, [])
  assert.deepEqual([report?.scheduled_for, report?.files_archived, report?.errors], [NIGHT_23, 10, []])
})

test('the night of a server that was killed in the middle of it is done by another', async (t) => {
  const directory = temporaryDirectory(t)
  for (let number = 1; number <= 40; number++) plantLog(directory, 'operations', { number, lines: 1000 })
  const first = startProcess(t, directory, '2026-11-23T01:00:00.000Z')
  await until(() => archiveNames(directory).length > 2)
  const ended = once(first.child, 'exit')
  first.child.kill('SIGKILL')
  await ended
  assert.equal(await isDone(directory), false)
  const second = startProcess(t, directory, '2026-11-23T01:00:10.000Z')
  await until(() => isDone(directory))
  await endProcess(second)
  const [report, ...more] = await readHistory(directory)
  assert.deepEqual([more, report?.scheduled_for, report?.errors], [[], NIGHT_23, []])
  assert.equal(archiveNames(directory).length, 40)
})
