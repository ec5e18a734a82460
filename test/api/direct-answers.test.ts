import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listen } from '../../src/api/http/listen.ts'
import { BASE, openTestApi } from './support/test-api.ts'

test('what is sent past the web response has all its headers and its length, on a server behind TLS too', async () => {
  const { app } = await openTestApi({}, { public_url: 'https://sync.example.org' })
  await using server = await listen(app, { host: '127.0.0.1', port: 0 })
  for (const path of ['/livez', `${BASE}/recent`, `${BASE}/sync/7`, '/nothing']) {
    const sent = await fetch(server.url + path)
    const same = await app.request(`http://localhost${path}`)
    assert.equal(sent.status, same.status, path)
    assert.equal(sent.headers.get('strict-transport-security'), 'max-age=31536000', path)
    for (const [name, value] of same.headers) assert.equal(sent.headers.get(name), value, `${path} ${name}`)
    const body = await sent.bytes()
    assert.equal(sent.headers.get('content-length'), String(body.length), path)
    assert.equal(Buffer.from(body).toString(), await same.text(), path)
  }
})
