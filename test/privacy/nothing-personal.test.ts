import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { runSync } from '../../src/engine/sync-engine.ts'
import { startServer } from '../../src/server/index.ts'
import { startSimulator, type FaultRule, type Simulator } from '../../src/simulator/index.ts'
import { createMonitor, type MonitorOptions } from '../../src/tracker/monitor.ts'
import type { StreamOptionsByName } from '../../src/logs/writing/stream-settings.ts'
import { runCli } from '../cli/support/run-cli.ts'
import { runMain } from '../cli/support/run-main.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { Artefacts } from './support/artefacts.ts'
import { plantSecret } from './support/careless-job.ts'
import { Scan } from './support/scan.ts'
import { CANARIES, WANTED_SECRETS } from './support/secrets.ts'
import { nameStudents } from './support/students.ts'

/** So small that every stream is rotated. */
const SMALL: StreamOptionsByName = {
  operations: { level: 'DEBUG', max_bytes: 8192, backups: 1000 },
  api_calls: { level: 'DEBUG', max_bytes: 8192, backups: 1000 },
  database: { level: 'DEBUG', max_bytes: 8192, backups: 1000 },
  errors: { level: 'DEBUG', max_bytes: 4096, backups: 1000 },
  progress: { level: 'DEBUG', max_bytes: 4096, backups: 1000 },
}

/** Refusals that name a student, as Canvas's own do; none that is worth a retry, which takes time. */
function refusals(simulator: Simulator, name: string): FaultRule[] {
  const courses = [...simulator.university.truth.courses()].map((course) => String(course['id']))
  const refused = (index: number, fault: FaultRule['fault']): FaultRule => ({
    when: { course_id: courses[index] ?? '', path: '/api/v1/courses/*/enrollments', times: 2 },
    fault,
  })
  const message = `${name} (${name.toLowerCase()}@example.edu) may not be seen; grade 7654321.25`
  return [
    refused(0, { kind: 'status', status: 403, form: 'errors_array', message }),
    refused(1, { kind: 'status', status: 404, form: 'html', message }),
    refused(2, { kind: 'status', status: 400, form: 'message', message }),
    refused(3, { kind: 'redirect_302', location: `https://sso.test/?user=${encodeURIComponent(name)}` }),
  ]
}

const PATHS = [
  '/recent?limit=100',
  '/failed?limit=100',
  '/summary',
  '/performance',
  '/sync/1',
  '/sync/1/courses',
  '/sync/2/courses',
  '/sync/1/status-changes',
  '/user/42/syncs',
  '/user/42/summary',
  '/health',
  '/logs/cleanup-status',
  '/logs/search?limit=1000',
  '/logs/search?text=course&level=warning&context=5&limit=100',
  '/logs/search?text=course&limit=oops',
  '/nothing/here',
]

async function collectAnswers(
  artefacts: Artefacts,
  home: { database: string; logDir: string },
): Promise<void> {
  await using server = await startServer({ ...home, port: 0, logCleanup: false })
  const base = `${server.url}/api/canvas/metrics`
  for (const path of PATHS) {
    const response = await fetch(base + path)
    artefacts.add(`GET ${path}`, inspect(response.headers) + (await response.text()))
  }
  for (const path of ['/openapi.json', '/livez', '/readyz']) {
    artefacts.add(`GET ${path}`, await (await fetch(server.url + path)).text())
  }
  const following = new AbortController()
  const tail = await fetch(`${base}/logs/tail?last=100`, {
    signal: AbortSignal.any([following.signal, AbortSignal.timeout(60_000)]),
  })
  let text = ''
  for await (const chunk of tail.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (text.includes('data: ')) break
  }
  following.abort()
  artefacts.add('GET /logs/tail', text)
}

async function collectCommands(
  artefacts: Artefacts,
  home: { database: string; logDir: string },
): Promise<void> {
  const everywhere = ['--database', home.database, '--log-dir', home.logDir]
  const report = join(artefacts.directory, 'analysis.html')
  for (const args of [
    ['logs', 'cleanup', '--archive-days', '0', '--max-lines', '50', '--json'],
    ['analyze'],
    ['analyze', '--explain', '--json'],
    ['analyze', '--output', report],
    ['logs', 'search', '--level', 'debug', '--limit', '10000'],
    ['logs', 'search', 'course', '--json', '--limit', '10000', '-C', '5'],
    ['logs', 'tail', '--no-follow', '-n', '500'],
    ['logs', 'status'],
    ['syncs', 'list', '--limit', '100'],
    ['syncs', 'list', '--json'],
    ['syncs', 'show', '1'],
    ['syncs', 'show', '2', '--json'],
  ]) {
    const { stdout, stderr } = await runMain([...args, ...everywhere])
    assert.ok(stdout.length > 0 || args.includes(report), `${args.join(' ')} says nothing: ${stderr}`)
    artefacts.add(args.slice(0, 3).join(' '), stdout + stderr)
  }
}

function homeIn(folder: string): { database: string; logDir: string } {
  return { database: `sqlite:${join(folder, 'sync.db')}`, logDir: join(folder, 'logs') }
}

function assertRotated(logDir: string): void {
  for (const stream of Object.keys(SMALL)) {
    const files = readdirSync(logDir).filter((name) => name.startsWith(`${stream}.log`))
    assert.ok(files.length > 1, `${stream} was not rotated: ${files.join(', ')}`)
  }
}

describe('what the monitor leaves behind', () => {
  it('has none of 500 students, their names, addresses, ids and grades in it, nor a token', async () => {
    const folder = temporaryDirectory()
    await using simulator = await startSimulator({
      throttle: false,
      max_per_page: 25,
      size: { accounts: 2, courses: 8, students: 500, courses_per_student: 2, assignments_per_course: 4 },
    })
    const { students, wanted } = nameStudents(simulator)
    assert.ok(students >= 500, `${students} students`)
    const name = String([...simulator.university.truth.users(firstCourse(simulator))][0]?.['name'])
    simulator.faults.add(...refusals(simulator, name))
    const home = homeIn(folder)
    const artefacts = new Artefacts(temporaryDirectory())
    const { admin: token } = simulator.tokens
    {
      await using monitor = await createMonitor({ ...home, streams: SMALL })
      const options = { monitor, baseUrl: simulator.base_url, token, account: 'self', userId: 42 }
      const first = await runSync(options)
      assert.equal(first.sync_status, 'partial', first.error_message ?? '')
      assert.ok(first.submissions.processed > 1000, `${first.submissions.processed} submissions`)
      const second = await runSync(options)
      assert.equal(second.sync_status, 'partial', second.error_message ?? '')
      await runSync({ ...options, token: `${token}x` })
      artefacts.add('health and records', inspect([await monitor.health(), first, second], { depth: 9 }))
      await monitor.logs.flush()
      assertRotated(home.logDir)
      artefacts.addFolder('logs before', home.logDir)
    }
    simulator.faults.add(...refusals(simulator, name))
    const command = ['sync', '--base-url', simulator.base_url, '--account', 'self', '--full', '--debug']
    const { stdout, stderr } = await runCli(
      [...command, '--database', home.database, '--log-dir', home.logDir],
      {
        cwd: folder,
        environment: { CANVAS_ACCESS_TOKEN: token },
      },
    )
    artefacts.add('sync', stdout + stderr)
    await collectCommands(artefacts, home)
    await collectAnswers(artefacts, home)
    artefacts.addFolder('logs', home.logDir)
    artefacts.addTables('database', join(folder, 'sync.db'))

    const scan = new Scan([...wanted, { name: 'the token', text: token }])
    assertEnough(artefacts)
    assert.deepEqual(artefacts.search(scan), {})

    assert.ok(scan.find(readFileSync(join(folder, 'sync.db'))).length > 100, 'grades were copied')
    simulator.faults.clear()
    const answer = await fetch(`${simulator.base_url}/api/v1/courses/${firstCourse(simulator)}/enrollments`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const link = Buffer.from(answer.headers.get('link') ?? '')
    assert.ok(scan.find(link).length > 0, 'Canvas names a student in the address of its next page')
    assert.ok(scan.find(Buffer.from(await answer.arrayBuffer())).length > 10, 'Canvas names its students')

    artefacts.add('planted', `a line, and in it ${encodeURIComponent(wanted[700]?.text ?? '')}`)
    assert.equal(Object.keys(artefacts.search(scan)).length, 1, 'the search finds what is there')
  })

  for (const keepErrorMessages of [false, true]) {
    const kept = keepErrorMessages ? 'even where it keeps messages of errors' : 'whatever holds them'
    it(`has none of ${CANARIES.length} secrets in it that a careless job hands over, ${kept}`, async () => {
      assert.ok(CANARIES.length >= 25)
      const folder = temporaryDirectory()
      const home = homeIn(folder)
      const artefacts = new Artefacts(temporaryDirectory())
      const options: MonitorOptions = { ...home, streams: SMALL, keepErrorMessages }
      {
        await using monitor = await createMonitor(options)
        await Promise.all(CANARIES.map((canary) => plantSecret(monitor, canary)))
        artefacts.add('health', inspect(await monitor.health(), { depth: 9 }))
        await monitor.logs.flush()
        assertRotated(home.logDir)
        artefacts.addFolder('logs before', home.logDir)
      }
      // What is not in the files cannot be in what is read from them.
      if (!keepErrorMessages) {
        await collectCommands(artefacts, home)
        await collectAnswers(artefacts, home)
      }
      artefacts.addFolder('everything', folder)

      const scan = new Scan(WANTED_SECRETS)
      if (!keepErrorMessages) assertEnough(artefacts)
      assert.deepEqual(artefacts.search(scan), {})

      const bytes = Buffer.from(`x${CANARIES[7]?.secret ?? ''}`).toString('base64')
      artefacts.add('planted', `{"cause":"${bytes}"}`)
      assert.equal(Object.keys(artefacts.search(scan)).length, 1, 'the search finds what is there')
    })
  }
})

function firstCourse(simulator: Simulator): string {
  return String([...simulator.university.truth.courses()][0]?.['id'])
}

/** A search through nothing finds nothing. */
function assertEnough(artefacts: Artefacts): void {
  const names = artefacts.names()
  for (const part of [
    '.tar.gz_inside',
    'errors.log',
    'canvas_sync|sync.db',
    'analysis.html',
    'logs_search',
  ]) {
    assert.ok(
      names.some((name) => new RegExp(part).test(name)),
      `there is no ${part}`,
    )
  }
  assert.ok(artefacts.bytes() > 1_000_000, `${artefacts.bytes()} bytes`)
}
