import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runSync } from '../../src/engine/sync-engine.ts'
import { systemClock } from '../../src/core/clock.ts'
import { DELIVERY_DEFAULTS, type ChannelConfig } from '../../src/delivery/delivery-config.ts'
import { startServer, type ServerOptions } from '../../src/server/index.ts'
import type { Store } from '../../src/store/store.ts'
import { givenSchedule } from '../../test/dashboard/support/given-alerts.ts'
import { startSimulator, type Simulator } from '../../src/simulator/index.ts'
import { createMonitor, type Monitor } from '../../src/tracker/monitor.ts'
import { recordPastSyncs } from './past-syncs.ts'

export interface ShownServer extends AsyncDisposable {
  readonly url: string
}

/** A server as on its first day: with nothing to show. */
export function openEmptyServer(): Promise<ShownServer> {
  return openServer(() => Promise.resolve(new AsyncDisposableStack()), {})
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
  }, ALERTING)
}

const hook = (name: string, url: string): ChannelConfig => ({
  name,
  kind: 'webhook',
  url,
  secret: 'of-the-pictures-only',
  allow_hosts: [],
  fallback: null,
})

/** Nobody is told in truth: these addresses lead nowhere. */
const ALERTING: Partial<ServerOptions> = {
  notifications: {
    ...DELIVERY_DEFAULTS,
    channels: [hook('ops', 'https://ops.invalid/hook'), hook('tickets', 'https://tickets.invalid/hook')],
    routes: [{ match: {}, channels: ['ops'], repeat_ms: 0, stop: false }],
    public_url: null,
    calendar: { quiet_hours: [], terms: [], time_zone: 'Europe/London' },
  },
}

/** Schedules that went well and not, a report that was sent, and the first look of the rules. */
async function showAlerts(store: Store): Promise<void> {
  const now = Date.now()
  const day_ms = 86_400_000
  const nightly = { letters: `${'s'.repeat(26)}lssm`, every_ms: day_ms, now }
  await givenSchedule(store, 'nightly', { cron: '0 0 * * *', sync_type: 'all', margin: '15m' }, nightly)
  const hourly = { letters: `sss${'u'.repeat(2)}${'s'.repeat(24)}`, every_ms: day_ms / 24, now }
  await givenSchedule(store, 'grades-hourly', { cron: '0 * * * *', sync_type: 'grades' }, hourly)
  while ((await store.incidents.listOpen()).length === 0) await systemClock.sleep(100)
}

type Filling = (database: string, logDir: string) => Promise<AsyncDisposableStack>

async function openServer(fill: Filling, options: Partial<ServerOptions>): Promise<ShownServer> {
  const opened = new AsyncDisposableStack()
  const directory = mkdtempSync(join(tmpdir(), 'canvas-sync-screenshots-'))
  opened.defer(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const database = `sqlite:${join(directory, 'canvas-sync.db')}`
  const logDir = join(directory, 'logs')
  opened.use(await fill(database, logDir))
  const server = await startServer({ database, logDir, port: 0, ...options })
  opened.defer(() => server.close())
  if (options === ALERTING) await showAlerts(server.monitor.store)
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
