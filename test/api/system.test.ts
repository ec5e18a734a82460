import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SystemInfo } from '../../src/api/system/system-schemas.ts'
import { loadConfig } from '../../src/config/config.ts'
import { settingsInEffect } from '../../src/config/settings-in-effect.ts'
import { openGuardedServer } from './support/guarded-server.ts'
import { BASE, openTestApi, VERSION } from './support/test-api.ts'

const config = await loadConfig({
  flags: { port: '5123' },
  environment: {
    CANVAS_BASE_URL: 'https://jane:hunter2@canvas.example.edu/x',
    CANVAS_ACCESS_TOKEN: '7~secret-of-canvas',
    DATABASE_URL: 'postgres://monitor:hunter2@db.example.edu/syncs',
  },
  file: undefined,
})

test('settings in effect say what applies and from where, and nothing secret', () => {
  const settings = settingsInEffect(config)
  const of = (name: string): unknown => settings.find((setting) => setting.name === name)
  assert.deepEqual(of('port'), { name: 'port', value: '5123', from: '--port' })
  assert.deepEqual(of('host'), { name: 'host', value: '127.0.0.1', from: 'default' })
  assert.deepEqual(of('canvas_access_token'), {
    name: 'canvas_access_token',
    value: 'set',
    from: 'CANVAS_ACCESS_TOKEN',
  })
  assert.deepEqual(of('database'), {
    name: 'database',
    value: 'syncs at db.example.edu:5432',
    from: 'DATABASE_URL',
  })
  assert.doesNotMatch(JSON.stringify(settings), /hunter2|secret-of-canvas|jane/)
})

test('a server tells of itself: who may only read sees neither paths nor settings', async () => {
  const settings = settingsInEffect(config)
  const { token, send, directory, store } = await openGuardedServer({ settings })
  const ask = async (scope: string): Promise<{ status: number; text: string }> => {
    const response = await send('GET', '/system', await token([scope]))
    return { status: response.status, text: await response.text() }
  }
  const admin = JSON.parse((await ask('admin')).text) as SystemInfo
  assert.equal(admin.health.database, 'ok')
  assert.equal(admin.health.logs_directory, 'ok')
  assert.equal(admin.database?.engine, 'sqlite')
  assert.equal(admin.database?.schema_version, admin.migrations?.at(-1)?.version)
  assert.equal(admin.tables?.find(({ table }) => table === 'canvas_sync_tokens')?.certainty, 'exact')
  assert.equal(admin.retention?.sync_days, 400)
  assert.ok((admin.uptime_seconds ?? -1) >= 0)
  assert.equal(admin.admin?.pid, process.pid)
  assert.deepEqual(admin.admin?.settings, settings)
  assert.ok(admin.admin?.log_directory.startsWith(directory))

  const reader = await ask('read')
  assert.equal(reader.status, 200)
  assert.equal((JSON.parse(reader.text) as SystemInfo).admin, null)
  assert.ok(!reader.text.includes(directory))
  assert.equal((await ask('read:user:42')).status, 403)
  // The server measures its sizes when it starts.
  while ((await store.system.listSizes(0)).length === 0) await nextTurn()
})

test('a part that does not answer is told as one, and the rest is there', async () => {
  const api = await openTestApi({ health: () => Promise.resolve({ ok: false, message: '/secret/path' }) })
  api.logs.directory = { ok: false, message: 'The disk of the log folder is full.' }
  const system = await api.read<SystemInfo>(`${BASE}/system`)
  assert.equal(system.health.database, 'error')
  assert.equal(system.health.logs_directory, 'error')
  assert.equal(system.version, VERSION)
  assert.equal(system.admin, null)
  assert.doesNotMatch(JSON.stringify(system), /secret/)
})
