import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { runSync } from '../../src/engine/sync-engine.ts'
import { startSimulator, type Simulator } from '../../src/simulator/index.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { compareWithTruth, report } from './support/compare-with-truth.ts'
import { integrityOf, missingFrom, syncInChild, type KillMoment } from './support/crash.ts'
import { readTables } from './support/read-tables.ts'

const KILLS = Number(process.env['CRASH_KILLS'] ?? 50)
const SEED = Number(process.env['CRASH_SEED'] ?? 1)
/** Pages of five rows: every list takes several requests. Every course is open, so that truth is all of it. */
const UNIVERSITY = {
  size: { accounts: 1, terms: 2, courses: 5, students: 16, assignments_per_course: 3 },
  max_per_page: 5,
  throttle: false,
} as const

/** Requests that an undisturbed sync makes. */
async function requestsOfSync(directory: string, cache_directory: string): Promise<number> {
  await using simulator = await startSimulator(UNIVERSITY)
  const ended = await syncInChild(simulator, null, filesIn(directory, cache_directory))
  assert.equal(ended.was_killed, false)
  assert.deepEqual(compareWithTruth(simulator, readTables(join(directory, 'sync.db'))), [])
  return simulator.stats.requests_total
}

function filesIn(directory: string, cache_directory: string): Parameters<typeof syncInChild>[2] {
  return {
    database_path: join(directory, 'sync.db'),
    log_directory: join(directory, 'logs'),
    cache_directory,
  }
}

function monitorIn(directory: string): ReturnType<typeof createMonitor> {
  return createMonitor({
    database: `sqlite:${join(directory, 'sync.db')}`,
    logDir: join(directory, 'logs'),
  })
}

/** Spread over the whole sync by chance, half of them while rows are being written. */
function momentsOf(requests: number): KillMoment[] {
  const random = seededRandom(SEED)
  return Array.from({ length: KILLS }, (_, index) => {
    const at = index % 2 === 0 ? 'request' : 'acknowledgement'
    // After the last requests there is no acknowledgement to wait for.
    const last = at === 'request' ? requests : requests - 6
    return { request: 1 + Math.floor(random() * last), at }
  })
}

function logLines(directory: string): Record<string, unknown>[] {
  const log_directory = join(directory, 'logs')
  return (
    readdirSync(log_directory)
      .filter((name) => name.endsWith('.log'))
      .flatMap((name) => readFileSync(join(log_directory, name), 'utf8').split('\n'))
      // The piece of a line that a kill left was blanked by the next writer; everything else is whole.
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  )
}

/** Returns how many courses the next sync did not have to read again. */
async function killAndGoOn(moment: KillMoment, directory: string, cache_directory: string): Promise<number> {
  await using simulator = await startSimulator(UNIVERSITY)
  const files = filesIn(directory, cache_directory)
  const { database_path } = files
  const killed = await syncInChild(simulator, moment, files)
  assert.ok(killed.was_killed, 'the process died before the sync ended')
  assert.deepEqual(missingFrom(database_path, killed.acknowledged), [])
  assert.equal(integrityOf(database_path), 'ok')

  const checkpoints = new Set(
    killed.acknowledged.flatMap((one) => (one.kind === 'checkpoint' ? [one.course_id] : [])),
  )
  const skipped = await goOn(simulator, directory, { pid: killed.pid, checkpoints })
  assert.equal(integrityOf(database_path), 'ok')
  const problems = compareWithTruth(simulator, readTables(database_path))
  assert.deepEqual(problems, [], report(problems))
  return skipped
}

/** The next sync: it finds the lost one, skips what that one had read, and ends with everything. */
async function goOn(
  simulator: Simulator,
  directory: string,
  killed: { readonly pid: number; readonly checkpoints: ReadonlySet<string> },
): Promise<number> {
  await using monitor = await monitorIn(directory)
  const [lost] = await monitor.store.syncs.listSyncs({ limit: 10 })
  assert.equal(lost?.sync_status, 'lost')
  assert.equal(lost.error_type, 'lost')
  assert.equal(lost.error_message, `Process ${killed.pid} that ran the sync is gone.`)

  const record = await runSync({
    monitor,
    baseUrl: simulator.base_url,
    token: simulator.tokens.admin,
    account: 'self',
  })
  assert.equal(record.sync_status, 'completed', record.error_message ?? '')
  const outcomes = await monitor.store.syncs.listCourseOutcomes(record.id)
  assert.equal(outcomes.length, 5)
  const skipped = new Set(
    outcomes.filter(({ outcome }) => outcome === 'skipped').map(({ course_id }) => course_id),
  )
  // The last checkpoint may have been written without the process living to say so.
  assert.ok(killed.checkpoints.isSubsetOf(skipped), 'what was read is not read again')
  assert.ok(skipped.size <= killed.checkpoints.size + 3)

  await monitor.logs.flush()
  const lines = logLines(directory)
  const resumed = lines.filter(({ event }) => event === 'checkpoint_resumed')
  assert.deepEqual(
    resumed.map((line) => line['count']),
    skipped.size === 0 ? [] : [skipped.size],
  )
  const told = lines.find(({ event }) => event === 'sync_lost')
  assert.equal(told?.['pid'], killed.pid)
  assert.equal(told['task_id'], lost.sync_task_id)
  return skipped.size
}

describe(`a sync that is killed (seed ${SEED})`, () => {
  it(`leaves a database that the next sync completes, at each of ${KILLS} moments`, async () => {
    const cache_directory = temporaryDirectory()
    const requests = await requestsOfSync(temporaryDirectory(), cache_directory)
    assert.ok(requests > 60, `${requests} requests`)
    const moments = momentsOf(requests)
    const directories = moments.map(() => temporaryDirectory())
    let next = 0
    let resumed = 0
    const worker = async (): Promise<void> => {
      while (next < moments.length) {
        const index = next++
        const moment = moments[index] as KillMoment
        try {
          const skipped = await killAndGoOn(moment, directories[index] ?? '', cache_directory)
          if (skipped > 0) resumed++
        } catch (error) {
          const when = `killed at ${moment.at} ${moment.request} of ${requests}`
          throw new Error(`${when}: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          })
        }
      }
    }
    await Promise.all([worker(), worker()])
    assert.ok(resumed >= Math.floor(KILLS / 5), `only ${resumed} of ${KILLS} syncs were gone on with`)
  })
})
