import { test } from 'node:test'
import assert from 'node:assert/strict'
import { assertBadParameter } from './support/assert-problem.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const NOT_WHOLE_NUMBERS = [
  '',
  'abc',
  '7.5',
  '7.0',
  '1e1',
  '0x7',
  ' 7',
  '+7',
  '٣',
  '1_000',
  'NaN',
  'null',
  '9'.repeat(40),
]

const withRange = (path: string, name: string, minimum: number, maximum: number) => ({
  path,
  name,
  minimum,
  maximum,
})

const NUMBERS = [
  withRange('user/42/summary', 'days', 1, 3650),
  withRange('user/42/syncs', 'limit', 1, 500),
  withRange('summary', 'days', 1, 3650),
  withRange('recent', 'limit', 1, 100),
  withRange('failed', 'limit', 1, 100),
  withRange('failed', 'days', 1, 3650),
  withRange('performance', 'days', 1, 3650),
]

for (const { path, name, minimum, maximum } of NUMBERS) {
  test(`${path} takes ${name} from ${minimum} to ${maximum} and names it when it is anything else`, async () => {
    const api = await openTestApi()
    for (const value of [minimum, maximum]) await api.read(`${BASE}/${path}?${name}=${value}`)
    const expected = `a whole number from ${minimum} to ${maximum}`
    const bad = [...NOT_WHOLE_NUMBERS, String(minimum - 1), String(maximum + 1), '-5']
    for (const value of bad) {
      const response = await api.request(`${BASE}/${path}?${name}=${encodeURIComponent(value)}`)
      await assertBadParameter(response, name, expected)
    }
    const twice = await api.request(`${BASE}/${path}?${name}=${minimum}&${name}=${maximum}`)
    await assertBadParameter(twice, name, expected)
  })
}

test('a sync id is a whole number from 1 to 2^53-1', async () => {
  const api = await openTestApi()
  const expected = 'a whole number from 1 to 9007199254740991'
  for (const id of ['0', '-1', 'abc', '1.5', '9007199254740992', '%20', '1e3']) {
    for (const rest of ['', '/courses', '/status-changes']) {
      await assertBadParameter(await api.request(`${BASE}/sync/${id}${rest}`), 'id', expected)
    }
  }
  const largest = await api.request(`${BASE}/sync/9007199254740991`)
  assert.equal(largest.status, 404)
})

test('a status must be one of the known words', async () => {
  const api = await openTestApi()
  const expected = 'one of in_progress, completed, partial, failed, cancelled, lost, timed_out'
  for (const status of ['done', '', 'COMPLETED', 'toString', '__proto__']) {
    await assertBadParameter(await api.request(`${BASE}/user/42/syncs?status=${status}`), 'status', expected)
  }
})

test('task and user ids are up to 255 characters, whatever their number of bytes', async () => {
  const api = await openTestApi()
  const expected = '1 to 255 characters without a null character'
  for (const character of ['x', 'ü', '😀', '/']) {
    const longest = encodeURIComponent(character.repeat(255))
    const too_long = encodeURIComponent(character.repeat(256))
    assert.equal((await api.request(`${BASE}/sync/task/${longest}`)).status, 404)
    assert.equal((await api.request(`${BASE}/user/${longest}/summary`)).status, 200)
    await assertBadParameter(await api.request(`${BASE}/sync/task/${too_long}`), 'task_id', expected)
    await assertBadParameter(await api.request(`${BASE}/user/${too_long}/syncs`), 'user_id', expected)
  }
  await assertBadParameter(await api.request(`${BASE}/sync/task/a%00b`), 'task_id', expected)
})

test('unknown parameters are ignored, as older dashboards send some', async () => {
  const api = await openTestApi()
  await api.read(`${BASE}/summary?_=1732270500&limit=nonsense&__proto__=x&days=3&sort=asc`)
  await api.read(`${BASE}/recent?days=nonsense&%zz=%ff`)
})
