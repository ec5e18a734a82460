import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { text as read } from 'node:stream/consumers'
import { SECRET_SHAPE } from '../../src/core/access-secret.ts'
import { WorkPlace } from './support/work-place.ts'

const BASE = '/api/canvas/metrics'
const ASKING = { REQUIRE_TOKEN: 'true', PORT: '0' }

test('token create prints the token alone, list shows everything but it, revoke ends it', async () => {
  const place = new WorkPlace()
  const created = await place.run([
    'token',
    'create',
    '--name',
    'grafana',
    '--scope',
    'read',
    '--expires',
    '90d',
  ])
  assert.equal(created.code, 0)
  const token = created.stdout.trim()
  assert.match(token, new RegExp(`^${SECRET_SHAPE.source}$`))
  assert.equal(created.stdout, `${token}\n`)
  assert.ok(!created.stderr.includes(token))
  const id = token.split('_')[1] ?? ''
  assert.match(created.stderr, new RegExp(`shown again.*token revoke ${id}`))

  const as_json = await place.run([
    'token',
    'create',
    '--name=worker',
    '--scope=ingest',
    '--scope=read:user:4 2',
    '--json',
    '--quiet',
  ])
  const made = JSON.parse(as_json.stdout) as { token: string; scopes: string[]; status: string }
  assert.deepEqual(made.scopes, ['ingest', 'read:user:4 2'])
  assert.equal(made.status, 'active')
  assert.equal(as_json.stderr, '')

  const listed = await place.run(['token', 'list'])
  assert.match(
    listed.stdout,
    new RegExp(`^id +name +scopes.*\\n.*worker.*\\n${id} +grafana +read +active`, 's'),
  )
  assert.ok(!SECRET_SHAPE.test(listed.stdout))

  const revoked = await place.run(['token', 'revoke', id])
  assert.equal(revoked.stdout, `${id} is revoked.\n`)
  const after = JSON.parse((await place.run(['token', 'list', '--json'])).stdout) as { status: string }[]
  assert.deepEqual(after.map(({ status }) => status).sort(), ['active', 'revoked'])
  const actions = place.rows('select action, actor_kind from canvas_sync_audit order by id')
  assert.deepEqual(actions, [
    { action: 'token_created', actor_kind: 'cli' },
    { action: 'token_created', actor_kind: 'cli' },
    { action: 'token_revoked', actor_kind: 'cli' },
  ])
})

test('a wrong call of token says what is wrong, and repeats no token', async () => {
  const place = new WorkPlace()
  const wrong: readonly [string[], RegExp][] = [
    [['create', '--scope', 'read'], /--name must be text/],
    [['create', '--name', 'a'], /needs a --scope/],
    [['create', '--name', 'a', '--scope', 'write'], /no scope "write"/],
    [
      ['create', '--name', 'a', '--scope', 'read', '--expires', 'soon'],
      /--expires must be a time such as 90d/,
    ],
    [['create', '--name', 'a', '--scope', 'read', '--expires', '0d'], /--expires/],
    [['revoke'], /needs the id of one token/],
  ]
  for (const [args, words] of wrong) {
    const { code, stderr } = await place.run(['token', ...args])
    assert.equal(code, 2, args.join(' '))
    assert.match(stderr, words)
  }
  const whole = (await place.run(['token', 'create', '--name', 'a', '--scope', 'read'])).stdout.trim()
  const { code, stderr } = await place.run(['token', 'revoke', whole])
  assert.equal(code, 1)
  assert.ok(!stderr.includes(whole))
})

test('a server beyond this machine needs a token that can be used, and then asks everybody for one', async () => {
  const place = new WorkPlace()
  const refused = async (): Promise<string> => {
    const { code, stderr } = await place.run(['serve', '--host', '0.0.0.0', '--port', '0'])
    assert.equal(code, 2)
    return stderr
  }
  assert.match(await refused(), /will not listen on 0\.0\.0\.0.*token create/s)
  const token = (await place.run(['token', 'create', '--name', 'a', '--scope', 'admin'])).stdout.trim()
  const id = token.split('_')[1] ?? ''
  const server = place.start(['serve', '--host', '0.0.0.0', '--port', '0', '--json'])
  const [, port = ''] = await server.shows('stdout', /"port":(\d+)/)
  const ask = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${BASE}/recent`, { headers })).status
  await server.shows('stderr', /It listens on 0\.0\.0\.0 and asks everybody for an access token/)
  await server.shows('stderr', /Try: curl -H "Authorization: Bearer \$TOKEN" http/)
  assert.equal(await ask({}), 401)
  assert.equal(await ask({ authorization: `Bearer ${token}` }), 200)
  await place.run(['token', 'revoke', id])
  assert.equal(await ask({ authorization: `Bearer ${token}` }), 401, 'another process has revoked it')
  server.child.kill('SIGTERM')
  await server.result
  assert.match(await refused(), /no access token that can be used/)
  const asking = await place.run(['serve'], { environment: ASKING })
  assert.match(asking.stderr, /set to ask for access tokens, and there is none/)
})

test('a server behind a proxy says where people find it, and that it asks for tokens', async () => {
  const place = new WorkPlace()
  await place.run(['token', 'create', '--name', 'a', '--scope', 'read'])
  const environment = { PUBLIC_URL: 'https://monitor.example.edu', PORT: '0' }
  const server = place.start(['serve'], { environment })
  await server.shows(
    'stderr',
    /answers at http:\/\/127\.0\.0\.1:\d+\/api.*\n.*asks everybody for an access token/,
  )
  await server.shows('stderr', /Bearer \$TOKEN" https:\/\/monitor\.example\.edu\/api/)
  server.child.kill('SIGTERM')
  assert.equal((await server.result).code, 143)
})

/** Every file below a folder, also those that SQLite keeps beside a database. */
function bytesBelow(directory: string): Buffer[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path))
}

test('no token and no session id is on the disk or in what the server prints, whatever was sent', async () => {
  const place = new WorkPlace()
  const token = (await place.run(['token', 'create', '--name', 'a', '--scope', 'admin'])).stdout.trim()
  const server = place.start(['serve', '--debug'], { environment: ASKING })
  const [, url = ''] = await server.shows('stderr', /answers at (http:\S+)/)
  const json = { 'content-type': 'application/json' }
  const bearer = { authorization: `Bearer ${token}` }
  const secrets = [token]
  const signed_in = await fetch(`${url}/session`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ token }),
  })
  const cookie = (signed_in.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  secrets.push(cookie.split('=')[1] ?? '')
  const made = await fetch(`${url}/tokens`, {
    method: 'POST',
    headers: { ...json, ...bearer },
    body: JSON.stringify({ name: 'b', scopes: ['read'] }),
  })
  secrets.push(((await made.json()) as { token: string }).token)
  for (const secret of secrets) assert.match(secret, SECRET_SHAPE)
  const asked: [string, RequestInit][] = [
    ['/recent', { headers: bearer }],
    ['/recent', { headers: { cookie } }],
    [`/recent?token=${token}`, { headers: bearer }],
    [`/user/${token}/summary`, { headers: bearer }],
    [`/sync/task/${token}`, { headers: bearer }],
    [`/logs/search?text=${token.slice(0, 30)}`, { headers: bearer }],
    ['/recent', { headers: { authorization: `Basic ${token}` } }],
    ['/recent', { headers: { cookie: `${cookie}x` } }],
    ['/tokens', { method: 'POST', headers: { ...json, ...bearer }, body: JSON.stringify({ name: token }) }],
    ['/tokens', { method: 'POST', headers: { ...json, ...bearer }, body: `{"name": "${token}` }],
    [`/tokens/${token}/revoke`, { method: 'POST', headers: bearer }],
    ['/session', { method: 'POST', headers: json, body: JSON.stringify({ token: `${token}x` }) }],
  ]
  for (const [path, init] of asked) {
    const answer = await fetch(`${url}${path}`, init)
    const text = await answer.text()
    // The address of the request is repeated to who sent it, and to nobody else.
    if (!path.includes(token)) for (const secret of secrets) assert.ok(!text.includes(secret), path)
  }
  const raw = connect(Number(new URL(url).port), '127.0.0.1')
  raw.end(`GET /${token} HTTP/9.9\r\n${token}\r\n\r\n`)
  await Promise.all([once(raw, 'close'), read(raw)])

  const look = (): void => {
    const found = bytesBelow(place.directory)
    assert.ok(found.length >= 3)
    // Of a half of it too: what is cut is no less secret.
    for (const secret of secrets) {
      const half = secret.slice(-49)
      assert.ok(!found.some((bytes) => bytes.includes(half.slice(0, 25)) || bytes.includes(half.slice(25))))
    }
  }
  look()
  server.child.kill('SIGTERM')
  const { stdout, stderr } = await server.result
  look()
  for (const secret of secrets) assert.ok(!`${stdout}${stderr}`.includes(secret.slice(-49).slice(0, 25)))
})
