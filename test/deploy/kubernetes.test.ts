import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { smallCanvas } from '../cli/support/work-place.ts'
import { until } from '../queue/support/patient.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { drainSeconds, isCommand, startContainer, type ContainerSpec } from './support/container.ts'
import { DEPLOY } from './support/deploy-files.ts'
import { dockerStages, textsOf } from './support/dockerfile.ts'
import type { Container, Labels, Manifest, Pod } from './support/kubernetes-types.ts'

const FOLDER = join(DEPLOY, 'kubernetes')
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8')
const kustomization = parse(read('kustomization.yaml')) as { resources: string[] }
// Kubernetes reads YAML 1.1, in which 0440 is octal.
const manifests = kustomization.resources.flatMap((name) =>
  parseAllDocuments(read(name), { version: '1.1' }).map((document) => {
    assert.deepEqual(document.errors, [], name)
    return document.toJS() as Manifest
  }),
)

function manifestOf(kind: string, name: string): Manifest {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name)
  assert.ok(found, `${kind} ${name}`)
  return found
}

function podOf({ spec }: Manifest): { pod: Pod; labels: Labels } {
  const { template } = spec
  assert.ok(template)
  return { pod: template.spec, labels: template.metadata.labels }
}

const server = manifestOf('Deployment', 'canvas-sync-server')
const worker = manifestOf('Deployment', 'canvas-sync-worker')
const migrate = manifestOf('Job', 'canvas-sync-migrate')
const settings = manifestOf('ConfigMap', 'canvas-sync').data ?? {}

function containerOf(manifest: Manifest): Container {
  const { containers } = podOf(manifest).pod
  assert.equal(containers.length, 1)
  return containers[0] as Container
}

suite('the manifests', () => {
  test('kustomize is given every file', () => {
    const files = readdirSync(FOLDER).filter((name) => name !== 'kustomization.yaml')
    assert.deepEqual([...kustomization.resources].sort(), files.sort())
  })

  for (const manifest of [server, worker, migrate]) {
    test(`${manifest.metadata.name} is what the standard "restricted" asks for`, () => {
      const { pod } = podOf(manifest)
      const container = containerOf(manifest)
      assert.deepEqual(
        { ...pod.securityContext },
        {
          runAsNonRoot: true,
          runAsUser: 1000,
          runAsGroup: 1000,
          fsGroup: 1000,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      )
      assert.equal(pod.automountServiceAccountToken, false)
      assert.deepEqual(container.securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      assert.ok(container.resources.requests.memory && container.resources.limits.memory)
      const kinds = pod.volumes.flatMap((volume) => Object.keys(volume)).filter((key) => key !== 'name')
      assert.deepEqual(new Set(kinds), new Set(['secret', 'emptyDir']))
    })

    test(`${manifest.metadata.name} mounts what it names, and every folder that the image writes to`, () => {
      const { pod } = podOf(manifest)
      const { args, env, volumeMounts } = containerOf(manifest)
      assert.ok(isCommand(args[0]))
      const volumes = new Map(pod.volumes.map((volume) => [volume.name, volume]))
      const paths = new Map(volumeMounts.map(({ name, mountPath }) => [mountPath, volumes.get(name)]))
      const written = JSON.parse(textsOf(dockerStages().at(-1), 'VOLUME')[0] ?? '') as string[]
      for (const path of [...written, '/tmp']) assert.ok(paths.get(path)?.emptyDir, path)
      const secrets = paths.get('/run/secrets/canvas-sync')?.secret
      assert.equal(secrets?.defaultMode, 0o440)
      const files = secrets.items.map(({ path }) => `/run/secrets/canvas-sync/${path}`)
      assert.deepEqual(env.map(({ value }) => value).sort(), files.sort())
    })
  }

  test('selectors find their pods', () => {
    const pods = [server, worker, migrate].map((manifest) => podOf(manifest).labels)
    const found = (labels: Labels | undefined): Labels[] =>
      pods.filter((pod) => Object.entries(labels ?? {}).every(([name, value]) => pod[name] === value))
    for (const deployment of [server, worker]) {
      assert.deepEqual(found(deployment.spec.selector?.matchLabels), [podOf(deployment).labels])
      const { spec } = manifestOf('PodDisruptionBudget', deployment.metadata.name)
      assert.deepEqual(spec.selector?.matchLabels, deployment.spec.selector?.matchLabels)
      assert.ok(
        (deployment.spec.replicas ?? 0) > 1,
        'a budget for one pod would stop every upgrade of a node',
      )
    }
    const service = manifestOf('Service', 'canvas-sync-server').spec as unknown as {
      selector: Labels
      ports: { targetPort: string }[]
    }
    assert.deepEqual(found(service.selector), [podOf(server).labels])
    const ports = containerOf(server).ports ?? []
    assert.ok(ports.some(({ name }) => name === service.ports[0]?.targetPort))
    assert.equal(ports[0]?.containerPort, Number(textsOf(dockerStages().at(-1), 'EXPOSE')[0]))
    assert.equal(found(manifestOf('NetworkPolicy', 'canvas-sync').spec.podSelector?.matchLabels).length, 3)
    assert.deepEqual(found(manifestOf('NetworkPolicy', 'canvas-sync-server').spec.podSelector?.matchLabels), [
      podOf(server).labels,
    ])
  })

  test('a pod is killed later than the program stops by itself', () => {
    const grace = (manifest: Manifest): number => podOf(manifest).pod.terminationGracePeriodSeconds ?? 0
    const [sleep, seconds] = containerOf(server).lifecycle?.preStop.exec.command ?? []
    assert.equal(sleep, 'sleep')
    assert.ok(grace(server) >= Number(seconds) + 10 + 10)
    assert.ok(grace(worker) >= drainSeconds(containerOf(worker).args) + 15)
  })

  test('a worker answers its probes where the kubelet asks', () => {
    const { args, ports } = containerOf(worker)
    assert.equal(args[args.indexOf('--probe-host') + 1], '0.0.0.0')
    assert.equal(Number(args[args.indexOf('--probe-port') + 1]), ports?.[0]?.containerPort)
  })
})

test('migrate, server and worker start as the manifests say, and the probes are answered', async () => {
  const simulator = await smallCanvas()
  const database = await (await startPostgres()).createDatabase()
  const specOf = (manifest: Manifest): ContainerSpec => {
    const { args, env } = containerOf(manifest)
    const own = Object.fromEntries(env.map(({ name, value }) => [name, value]))
    return {
      args,
      environment: { ...settings, CANVAS_BASE_URL: simulator.base_url, ...own },
      secrets: Object.fromEntries(
        Object.values(own).map((path) => [path, path.endsWith('url') ? database : simulator.tokens.teacher]),
      ),
    }
  }
  const migrated = await startContainer(specOf(migrate)).result
  assert.equal(migrated.code, 0, migrated.stderr)
  const working = startContainer(specOf(worker))
  await working.shows('stderr', /^Worker .* takes syncs of 1 source/m)
  const [, probes = ''] = await working.shows('stderr', /^Whether it is well: http:\/\/127\.0\.0\.1:(\d+)/m)
  await probesAreAnswered(containerOf(worker), Number(probes))
  // The first token is made where a worker runs already: kubectl exec.
  const args = ['token', 'create', '--name', 'admin', '--scope', 'admin']
  const made = await startContainer({ ...specOf(worker), args }).result
  assert.equal(made.code, 0, made.stderr)

  const serving = startContainer({ ...specOf(server), args: [...containerOf(server).args, '--json'] })
  const [, port = ''] = await serving.shows('stdout', /"port":\s*(\d+)/)
  await probesAreAnswered(containerOf(server), Number(port))
  assert.equal(await statusOf(Number(port), '/api/canvas/metrics/recent', '10.42.0.17:5000'), 401)
  for (const running of [serving, working]) running.child.kill('SIGTERM')
  for (const running of [serving, working]) assert.equal((await running.result).code, 143)
})

async function probesAreAnswered(container: Container, port: number): Promise<void> {
  const { startupProbe, livenessProbe, readinessProbe, ports } = container
  for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
    assert.ok(probe)
    assert.ok(ports?.some(({ name }) => name === probe.httpGet.port))
    // The kubelet calls a pod by its address, and has no token.
    await until(async () => (await statusOf(port, probe.httpGet.path, '10.42.0.17:5000')) === 200)
  }
}

async function statusOf(port: number, path: string, host: string): Promise<number | undefined> {
  const asked = request({ host: '127.0.0.1', port, path, headers: { host }, agent: false }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  return answer.statusCode
}
