import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import express from 'express'
import { makeToken } from '../api/support/guarded-server.ts'
import { checkEnd, checkMounted, checkSyncs } from './support/check-example.ts'
import { exampleFile, openExample } from './support/example-app.ts'
import { openMounted } from './support/mounted-host.ts'

const API = '/monitor/api/canvas/metrics'
const environment = { PASSWORD: 'of the application' }

test('examples/mounting/express.ts: three syncs, the mounted monitor, its sessions, and its end', async () => {
  await using world = await openExample({ ...exampleFile('express.ts'), environment })
  const example = await checkSyncs(world)
  await checkMounted(world, example)
  const login = (password: string): Promise<Response> =>
    fetch(`${example.url}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password }),
    })
  assert.equal((await login('another')).status, 401)
  const cookie = (await login(environment.PASSWORD)).headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  const session = await fetch(`${example.url}${API}/session`, { headers: { cookie } })
  const { kind, token_name, scopes } = (await session.json()) as Record<string, unknown>
  assert.deepEqual([kind, token_name, scopes], ['host', 'admin', ['read', 'ingest', 'admin']])
  const forged = await fetch(`${example.url}${API}/session`, { headers: { cookie: 'session=admin' } })
  assert.equal(forged.status, 401)
  await checkEnd(world, example)
})

test('mounted behind express.json(), the monitor gets what it has read', async () => {
  await using monitor = await openMounted()
  const token = await makeToken(monitor.monitor.store, ['admin'])
  const server = express().use(express.json()).use('/monitor', monitor.node).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${API}/session`
  const body = JSON.stringify({ token })
  const json = { 'content-type': 'application/json' }
  const plain = await fetch(url, { method: 'POST', headers: json, body })
  assert.equal(plain.status, 201)
  const packed = { ...json, 'content-encoding': 'gzip' }
  assert.equal((await fetch(url, { method: 'POST', headers: packed, body: gzipSync(body) })).status, 201)
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
})
