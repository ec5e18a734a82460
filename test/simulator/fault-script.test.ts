import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFaultScript, type FaultCondition } from '../../src/simulator/index.ts'
import { anyCourse, ask, withSimulator } from '../support/simulator-client.ts'

/** On which of `count` requests to `path` a fault fires. */
async function firings(when: FaultCondition, count: number, path = '/api/v1/accounts'): Promise<number[]> {
  const fired: number[] = []
  await withSimulator({}, async (simulator) => {
    simulator.faults.add({ when, fault: { kind: 'status', status: 418 } })
    for (let number = 1; number <= count; number += 1) {
      if ((await ask(simulator, path)).status === 418) fired.push(number)
    }
    assert.equal(simulator.faults.fired.length, fired.length)
  })
  return fired
}

test('without a condition a fault fires always', async () => {
  assert.deepEqual(await firings({}, 3), [1, 2, 3])
})

test('nth fires once, on that request', async () => {
  assert.deepEqual(await firings({ nth: 2 }, 5), [2])
})

test('nth with times fires so often from there', async () => {
  assert.deepEqual(await firings({ nth: 2, times: 3 }, 6), [2, 3, 4])
})

test('every fires on each so-manieth, and times ends it', async () => {
  assert.deepEqual(await firings({ every: 2 }, 7), [2, 4, 6])
  assert.deepEqual(await firings({ every: 3, nth: 1 }, 8), [1, 4, 7])
  assert.deepEqual(await firings({ every: 2, times: 2 }, 9), [2, 4])
})

test('times alone fires on the first ones', async () => {
  assert.deepEqual(await firings({ times: 2 }, 4), [1, 2])
})

test('a probability is decided by the seed, the same each time', async () => {
  const once = await firings({ probability: 0.4 }, 40)
  assert.ok(once.length > 5 && once.length < 30)
  assert.deepEqual(await firings({ probability: 0.4 }, 40), once)
  assert.deepEqual(await firings({ probability: 0 }, 10), [])
})

test('a path is whole, with stars for segments, or a pattern found anywhere', async () => {
  const path = '/api/v1/accounts/1/terms'
  for (const [wanted, is_hit] of [
    ['/api/v1/accounts/1/terms', true],
    ['/api/v1/accounts', false],
    ['/api/v1/accounts/*/terms', true],
    ['/api/*/terms', false],
    ['**/terms', true],
    [/terms$/, true],
    [/courses/, false],
  ] as const) {
    assert.equal((await firings({ path: wanted }, 1, path)).length === 1, is_hit, String(wanted))
  }
})

test('a condition can name parameters and a course, however its id is written', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    simulator.faults.add({
      when: { course_id, query: { 'include[]': 'term' } },
      fault: { kind: 'status', status: 418 },
    })
    const status = async (path: string): Promise<number> => (await ask(simulator, path)).status
    assert.equal(await status(`/api/v1/courses/${course_id}?include[]=term`), 418)
    assert.equal(await status('/api/v1/courses/7414~1?include[]=teachers&include[]=term'), 418)
    assert.equal(await status(`/api/v1/courses/${course_id}`), 200)
    assert.equal(await status('/api/v1/courses/2?include[]=term'), 200)
    const [fired] = simulator.faults.fired
    assert.deepEqual([fired?.kind, fired?.request_number], ['status', 1])
    assert.deepEqual(simulator.requests[0]?.faults, ['status'])
  }))

test('rules can be given at the start', () =>
  withSimulator({ faults: [{ when: { nth: 1 }, fault: { kind: 'edge_502' } }] }, async (simulator) => {
    assert.equal((await ask(simulator, '/api/v1/accounts')).status, 502)
    assert.equal((await ask(simulator, '/api/v1/accounts')).status, 200)
  }))

test('a script is read from JSON text, with patterns as text', () => {
  const [rule] = parseFaultScript(
    '[{"when":{"path_pattern":"enrollments$","nth":3},"fault":{"kind":"slow","delay_ms":5}}]',
  )
  assert.deepEqual(rule?.when.path, /enrollments$/)
  assert.equal(rule?.when.nth, 3)
  assert.deepEqual(rule?.fault, { kind: 'slow', delay_ms: 5 })
})

test('a wrong script is refused and says where', () => {
  for (const [script, message] of [
    ['{}', /must be an array/],
    ['[{"when":{},"fault":{"kind":"explode"}}]', /rule 0: fault.kind must be one of .*"explode"/],
    [
      '[{"fault":{"kind":"hang"}},{"when":{"nht":1},"fault":{"kind":"hang"}}]',
      /rule 1: unknown condition nht/,
    ],
    ['[{"when":{"nth":"2"},"fault":{"kind":"hang"}}]', /rule 0: nth must be a number, got "2"/],
    [
      `[{"when":{"path_pattern":"${'a'.repeat(201)}"},"fault":{"kind":"hang"}}]`,
      /rule 0: path_pattern must have at most 200 characters/,
    ],
    ['[{"fault":{"kind":"slow"}}]', /slow needs delay_ms, a number/],
    ['[{"fault":{"kind":"mutate"}}]', /fault.kind must be one of/],
  ] as const) {
    assert.throws(() => parseFaultScript(script), message, script)
  }
})
