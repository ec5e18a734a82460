import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer, type RunningServer } from '../../src/server/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import { makeToken } from '../api/support/guarded-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { checkBrowser } from './support/check-example.ts'
import { openNginx, withoutNginx } from './support/nginx.ts'

const API = '/monitor/api/canvas/metrics'
const skip = withoutNginx()

interface ServedBehindNginx extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly server: RunningServer
}

async function serveBehindNginx(strips: boolean): Promise<ServedBehindNginx> {
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'sync.db')}`
  const store = await openStore(database)
  const token = await makeToken(store, ['admin'])
  await store.close()
  const started: RunningServer[] = []
  const nginx = await openNginx({
    strips,
    async upstream(url) {
      const logDir = join(directory, 'logs')
      const place = { publicUrl: `${url}/monitor`, trustedProxies: ['127.0.0.1'] }
      const server = await startServer({ database, logDir, port: 0, ...place })
      started.push(server)
      return server
    },
  })
  const [server] = started
  assert.ok(server !== undefined)
  return {
    url: nginx.url,
    token,
    server,
    async [Symbol.asyncDispose]() {
      await server.close()
      await nginx[Symbol.asyncDispose]()
    },
  }
}

for (const strips of [false, true]) {
  test(
    `behind nginx, which ${strips ? 'takes the path away' : 'leaves the path'}, all is below it`,
    { skip },
    async () => {
      await using served = await serveBehindNginx(strips)
      const { url, token, server } = served
      const headers = { authorization: `Bearer ${token}` }
      assert.equal(new URL(server.url).pathname, '/monitor')
      for (const path of ['/monitor', '/monitor/', '/monitor/syncs/7', '/monitor/docs', '/monitor/livez']) {
        const answer = await fetch(`${url}${path}`)
        assert.equal(answer.status, 200, path)
        for (const [, file = ''] of (await answer.text()).matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
          assert.match(file, /^\/monitor\//)
          assert.equal((await fetch(`${url}${file}`)).status, 200, file)
        }
      }
      assert.equal((await fetch(`${url}/elsewhere`)).status, 404)
      assert.equal((await fetch(`${url}${API}/summary`)).status, 401)
      for (const taskId of ['a', 'b']) await server.monitor.track({ taskId }, async () => {})
      const page = await fetch(`${url}${API}/syncs?limit=1`, { headers })
      const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? ''
      assert.equal((await fetch(`${url}${next}`, { headers })).status, 200)
      // Nothing waits for more: the event is here while the answer goes on.
      const live = await fetch(`${url}${API}/events`, { headers })
      const reader = (live.body as ReadableStream<Uint8Array>).getReader()
      await server.monitor.track({ taskId: 'seen' }, async () => {})
      let text = ''
      while (!text.includes('"seen"')) text += Buffer.from((await reader.read()).value ?? []).toString()
      await reader.cancel()
      // A browser's own page may change something, and one of another port may not.
      const body = JSON.stringify({ token })
      const signIn = (origin: string): Promise<Response> =>
        fetch(`${url}${API}/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin },
          body,
        })
      assert.equal((await signIn(url)).status, 201)
      assert.equal((await signIn('http://127.0.0.1:1')).status, 403)
    },
  )
}

test('a person sees the dashboard through nginx, with live updates', { skip }, async () => {
  await using served = await serveBehindNginx(true)
  await served.server.monitor.track({ taskId: 'earlier' }, async () => {})
  await checkBrowser(served.url, {
    token: served.token,
    run: () => served.server.monitor.track({ taskId: 'later' }, async () => {}),
  })
})
