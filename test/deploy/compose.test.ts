import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { smallCanvas } from '../cli/support/work-place.ts'
import { until } from '../queue/support/patient.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { drainSeconds, isCommand, startContainer, type ContainerSpec } from './support/container.ts'
import { DEPLOY, ROOT } from './support/deploy-files.ts'

interface Service {
  readonly image: string
  readonly command?: readonly string[]
  readonly build?: { readonly context: string }
  readonly environment: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly networks: readonly string[]
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly mem_limit?: string
  readonly stop_grace_period?: string
  readonly restart: string
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, unknown>>
  readonly volumes: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

const compose = parse(readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8'), { merge: true }) as Compose
const { postgres, migrate, server, worker } = compose.services
assert.ok(postgres && migrate && server && worker)
const ours = { migrate, server, worker }

test('what the services name is declared, and secrets are files that git and the image never see', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    for (const secret of service.secrets ?? []) assert.ok(compose.secrets[secret], `${name}: ${secret}`)
    for (const network of service.networks) assert.ok(network in compose.networks, `${name}: ${network}`)
    for (const volume of service.volumes ?? []) {
      assert.ok((volume.split(':')[0] ?? '') in compose.volumes, `${name}: ${volume}`)
    }
    for (const [on, { condition }] of Object.entries(service.depends_on ?? {})) {
      const other = compose.services[on]
      assert.ok(other, `${name} depends on ${on}`)
      if (condition === 'service_healthy') assert.ok(other.healthcheck?.test, `${on} says how it is`)
      else assert.deepEqual([condition, other.restart], ['service_completed_successfully', 'no'])
    }
    for (const [variable, value] of Object.entries(service.environment)) {
      if (variable.endsWith('_FILE')) {
        const secret = value.replace('/run/secrets/', '')
        assert.ok(service.secrets?.includes(secret), `${name} is given ${value}`)
      } else assert.doesNotMatch(variable, /TOKEN|PASSWORD/)
    }
  }
  assert.match(readFileSync(join(ROOT, '.gitignore'), 'utf8'), /^\/deploy\/secrets\/$/m)
  for (const { file } of Object.values(compose.secrets)) assert.match(file, /^\.\/secrets\//)
})

test('our services run without rights, on a file system that is read only, at this machine alone', () => {
  for (const service of Object.values(ours)) {
    assert.equal(service.read_only, true)
    assert.deepEqual(service.cap_drop, ['ALL'])
    assert.equal(service.build?.context, '..')
    assert.ok(isCommand(service.command?.[0]))
  }
  // PostgreSQL begins as root to give its folder away, and must not get more than that.
  for (const service of Object.values(compose.services)) {
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'])
    assert.match(service.mem_limit ?? '', /^\d+[mg]$/)
  }
  for (const { ports = [] } of Object.values(compose.services)) {
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/)
  }
})

test('a service is stopped later than the program stops by itself', () => {
  const seconds = ({ stop_grace_period = '' }: Service): number => Number(stop_grace_period.replace('s', ''))
  assert.ok(seconds(server) >= 20)
  assert.ok(seconds(worker) >= drainSeconds(worker.command ?? []) + 15)
})

const HEALTH_CHECK = /fetch\('http:\/\/127\.0\.0\.1:9466(\/\w+)'\)/

test('the health of a worker is asked for where it answers', () => {
  assert.match(worker.healthcheck?.test?.join(' ') ?? '', HEALTH_CHECK)
  assert.ok(worker.command?.join(' ').endsWith('--probe-port 9466'))
})

test('migrate, server and worker start as the file says, with PostgreSQL and secrets in files', async () => {
  const simulator = await smallCanvas()
  const database = await (await startPostgres()).createDatabase()
  const secrets: Readonly<Record<string, string>> = {
    'database-url': `${database}\n`,
    'canvas-access-token': `${simulator.tokens.teacher}\n`,
  }
  const specOf = (service: Service): ContainerSpec => ({
    args: service.command ?? [],
    environment: {
      ...service.environment,
      TZ: 'UTC',
      ...('CANVAS_BASE_URL' in service.environment ? { CANVAS_BASE_URL: simulator.base_url } : {}),
    },
    secrets: Object.fromEntries(
      (service.secrets ?? []).map((name) => [`run/secrets/${name}`, secrets[name] ?? '']),
    ),
  })
  const migrated = await startContainer(specOf(migrate)).result
  assert.equal(migrated.code, 0, migrated.stderr)
  const args = ['token', 'create', '--name', 'admin', '--scope', 'admin']
  const made = await startContainer({ ...specOf(server), args }).result
  assert.equal(made.code, 0, made.stderr)

  const serving = startContainer({ ...specOf(server), args: [...(server.command ?? []), '--json'] })
  const [, url = ''] = await serving.shows('stdout', /"url":\s*"([^"]+)"/)
  assert.equal((await fetch(`${url}/readyz`)).status, 200)
  const recent = `${url}/api/canvas/metrics/recent`
  assert.equal((await fetch(recent)).status, 401)
  const authorization = `Bearer ${made.stdout.trim()}`
  assert.equal((await fetch(recent, { headers: { authorization } })).status, 200)
  const working = startContainer(specOf(worker))
  const [, probes = ''] = await working.shows('stderr', /^Whether it is well: (.*)\/readyz$/m)
  const [, path = ''] = HEALTH_CHECK.exec(worker.healthcheck?.test?.join(' ') ?? '') ?? []
  await until(async () => (await fetch(`${probes}${path}`)).ok)
  for (const running of [serving, working]) running.child.kill('SIGTERM')
  for (const running of [serving, working]) assert.equal((await running.result).code, 143)
})
