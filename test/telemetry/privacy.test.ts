import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runSync } from '../../src/engine/sync-engine.ts'
import { startSimulator } from '../../src/simulator/index.ts'
import type { Sync } from '../../src/tracker/types.ts'
import { answering, canvasHeaders, serve, TOKEN } from '../canvas/loopback.ts'
import { plantSecret } from '../privacy/support/careless-job.ts'
import { Scan } from '../privacy/support/scan.ts'
import { CANARIES, HIDING_PLACES, WANTED_SECRETS } from '../privacy/support/secrets.ts'
import { nameStudents } from '../privacy/support/students.ts'
import fc from '../support/fast-check.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { trackings } from '../tracker/support/tracking.ts'
import { MemorySdk } from './support/memory-sdk.ts'

const open = trackings()

/** Everything that an exporter would send. */
async function exported(sdk: MemorySdk): Promise<Buffer> {
  const spans = sdk.ended.map(
    ({ name, attributes, events, links, status, resource, instrumentationScope }) => ({
      name,
      attributes,
      events,
      links,
      status,
      resource: resource.attributes,
      scope: instrumentationScope,
    }),
  )
  const metrics = (await sdk.metrics()).map(({ descriptor, dataPoints }) => ({
    descriptor,
    series: dataPoints.map(({ attributes }) => attributes),
  }))
  return Buffer.from(JSON.stringify({ spans, metrics }))
}

test('no span and no metric of a whole university has a name, an address, a login or a grade in it, nor the token', async (t) => {
  const simulator = await startSimulator({
    throttle: false,
    max_per_page: 10,
    size: { courses: 4, students: 60, courses_per_student: 2, assignments_per_course: 3 },
  })
  t.after(() => simulator.close())
  const { wanted } = nameStudents(simulator)
  const [course] = [...simulator.university.truth.courses()].map(({ id }) => String(id))
  const [user] = [...simulator.university.truth.users(course ?? '')]
  const message = `${String(user?.['name'])} may not be seen; grade 7654321.25`
  simulator.faults.add({
    when: { course_id: course ?? '', path: '/api/v1/courses/*/enrollments' },
    fault: { kind: 'status', status: 403, form: 'errors_array', message },
  })
  const sdk = new MemorySdk()
  const { monitor } = await open()
  const token = simulator.tokens.admin
  const options = { monitor, baseUrl: simulator.base_url, token, account: 'self', userId: 42 }
  assert.equal((await runSync(options)).sync_status, 'partial')
  assert.equal((await runSync({ ...options, token: `${token}x` })).sync_status, 'failed')

  const bytes = await exported(sdk)
  assert.ok(sdk.ended.length > 50, `${sdk.ended.length} spans`)
  const scan = new Scan([...wanted, { name: 'the token', text: token }])
  assert.deepEqual(scan.find(bytes), [])
  const planted = Buffer.concat([
    bytes,
    Buffer.from(`?page=bookmark:${encodeURIComponent(wanted[3]?.text ?? '')}`),
  ])
  assert.equal(scan.find(planted).length, 1, 'the search finds what is there')
})

test(`no span and no metric has one of ${CANARIES.length} secrets in it that a careless job hands over`, async () => {
  const sdk = new MemorySdk()
  const { monitor } = await open({ keepErrorMessages: true })
  for (const canary of CANARIES) await plantSecret(monitor, canary)
  assert.ok(sdk.ended.length > CANARIES.length * HIDING_PLACES.length, `${sdk.ended.length} spans`)
  assert.deepEqual(new Scan(WANTED_SECRETS).find(await exported(sdk)), [])
})

/** Where a job or Canvas may have a name, other than the caller's own keys: task id, user id, ids of courses and the type. */
const PLACES: Readonly<Record<string, (sync: Sync, name: string, baseUrl: string) => Promise<unknown>>> = {
  'the message of an error': (sync, name) => sync.course(1, () => Promise.reject(new Error(name))),
  'the class of an error': (sync, name) =>
    sync.course(1, () => Promise.reject(Object.assign(new Error('x'), { name, code: name }))),
  'the type of an error that is not ours': (sync, name) =>
    sync.course(1, () => Promise.reject(Object.assign(new Error('x'), { error_type: name }))),
  'the reason of an outcome': (sync, name) =>
    sync.course(1, async (course) => {
      course.setOutcome('skipped', name)
    }),
  'an outcome that there is not': (sync, name) =>
    sync.course(1, async (course) => {
      course.setOutcome(name as 'skipped', 'x')
    }),
  'a problem': async (sync, name) => {
    sync.recordProblem({ error_type: name as 'contract', message: name })
  },
  'what is being done': async (sync, name) => {
    sync.progress({ current: name })
    sync.addMetadata({ [name]: name })
  },
  'a call that the job made itself': async (sync, name) => {
    sync.recordApiCall({ endpoint: `/api/v1/users/${name}`, status: 200, durationMs: 1, errorType: name })
  },
  'the path of a call': (sync, name, baseUrl) =>
    sync
      .canvas({ baseUrl, token: TOKEN })
      .get(`/api/v1/users/sis_login_id:${encodeURIComponent(name)}/profile`),
  'the query of a call': (sync, name, baseUrl) =>
    sync.canvas({ baseUrl, token: TOKEN }).get('/api/v1/courses', { search_term: name }),
  'the answer of Canvas': (sync, name, baseUrl) =>
    sync.canvas({ baseUrl, token: TOKEN }).get(`/api/v1/courses/1/${encodeURIComponent(name)}`),
  'the token of a call': (sync, name, baseUrl) => sync.canvas({ baseUrl, token: name }).self(),
  'the reason of its end': (sync, name) => sync.cancel(name),
  'what ends it': (sync, name) => sync.completeFailure(Object.assign(new Error(name), { code: name })),
}

for (const [place, put] of Object.entries(PLACES)) {
  test(`what stands in ${place} stands in no span and no metric`, async () => {
    const { origin } = await serve(
      answering((number, url) => {
        const name = decodeURIComponent(url.split('/').at(-1) ?? '')
        const headers = canvasHeaders({
          'x-request-context-id': encodeURIComponent(name),
          'x-request-cost': '1',
        })
        return number % 2 === 0
          ? { status: 403, headers, body: { errors: [{ message: name }], error_report_id: name } }
          : { headers, body: { id: '1', name, grade: name } }
      }),
    )
    const name = fc
      .tuple(fc.constantFrom('Zwebax', "d'Zwebax ", 'zwebax@', 'Zwebax:'), fc.stringMatching(/^[ -~]{0,20}$/))
      .map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        const sdk = new MemorySdk()
        const { monitor } = await open({ clock: new FakeClock({ auto: true }) })
        const sync = await monitor.startSync({ userId: 7 })
        const putting = async (): Promise<unknown> => put(sync, text, origin)
        await putting().catch(() => {})
        await sync.completeSuccess()
        assert.ok(sdk.ended.length > 0)
        const told = (await exported(sdk)).toString('utf8')
        assert.ok(!/zwebax/i.test(told), told)
        await monitor.close()
      }),
      { numRuns: 15 },
    )
  })
}
