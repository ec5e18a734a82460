import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runSync } from '../../src/engine/sync-engine.ts'
import { startServer } from '../../src/server.ts'
import { startSimulator, type Simulator } from '../../src/simulator/index.ts'
import { createMonitor, type Monitor } from '../../src/tracker/monitor.ts'
import { recordPastSyncs } from './past-syncs.ts'

export interface ShownServer extends AsyncDisposable {
  readonly url: string
}

/** A server as on its first day: with nothing to show. */
export function openEmptyServer(): Promise<ShownServer> {
  return openServer(() => Promise.resolve(new AsyncDisposableStack()))
}

/** A server after six weeks of syncs of 30 users, of which two run while it is looked at. */
export function openFullServer(): Promise<ShownServer> {
  return openServer(async (database, logDir) => {
    const running = new AsyncDisposableStack()
    await recordPastSyncs({ database, logDir, days: 42, users: 30 })
    const simulator = running.use(
      await startSimulator({ seed: 7, latency_ms: 15, size: { students: 120, courses: 10, teachers: 4 } }),
    )
    const monitor = await createMonitor({ database, logDir })
    running.defer(() => monitor.close())
    await syncNow(monitor, simulator)
    running.defer(startSyncs(monitor, simulator))
    return running
  })
}

type Filling = (database: string, logDir: string) => Promise<AsyncDisposableStack>

async function openServer(fill: Filling): Promise<ShownServer> {
  const opened = new AsyncDisposableStack()
  const directory = mkdtempSync(join(tmpdir(), 'canvas-sync-screenshots-'))
  opened.defer(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const database = `sqlite:${join(directory, 'canvas-sync.db')}`
  const logDir = join(directory, 'logs')
  opened.use(await fill(database, logDir))
  const server = await startServer({ database, logDir, port: 0 })
  opened.defer(() => server.close())
  return { url: server.url, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** A whole sync that goes well, and one of which a course is refused: with all that the engine tells. */
async function syncNow(monitor: Monitor, simulator: Simulator): Promise<void> {
  const common = { monitor, baseUrl: simulator.base_url, trigger: 'schedule' }
  await runSync({ ...common, token: simulator.tokens.teacher, userId: '42' })
  const [course] = [...simulator.university.truth.courses()]
  const path = `/api/v1/courses/${String(course?.['id'])}/*`
  simulator.faults.add({
    when: { path, times: 4 },
    fault: { kind: 'status', status: 403, form: 'errors_array' },
  })
  simulator.faults.add({ when: { times: 2 }, fault: { kind: 'throttled_429' } })
  await runSync({ ...common, token: simulator.tokens.admin, account: '1', userId: '1' })
}

/** Two that do not end by themselves; the function that is returned ends them. */
function startSyncs(monitor: Monitor, simulator: Simulator): () => Promise<void> {
  const { university, faults, tokens, base_url } = simulator
  const abort = new AbortController()
  const courses = [...university.truth.courses()]
  const path = `/api/v1/courses/${String(courses.at(-1)?.['id'])}/*`
  faults.add({ when: { path }, fault: { kind: 'slow', delay_ms: 60_000 } })
  const common = { monitor, baseUrl: base_url, trigger: 'schedule', signal: abort.signal }
  const running = [
    runSync({ ...common, token: tokens.admin, account: '1', userId: '1', full: true }),
    runSync({ ...common, token: tokens.teacher, userId: '43', full: true }),
  ]
  return async () => {
    abort.abort()
    await Promise.allSettled(running)
  }
}
