import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { startCli } from '../cli/support/run-cli.ts'
import { NO_REGISTRY } from '../package/support/install.ts'
import { manifest, pack } from '../package/support/pack.ts'
import { run } from '../package/support/run.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { ROOT } from './support/deploy-files.ts'
import { dockerStages, environmentOf, isIgnored, textsOf } from './support/dockerfile.ts'

const stages = dockerStages()
const [, build, dependencies, image] = stages

suite('the Dockerfile', () => {
  test('all stages are of one base, which has a Node.js that the program runs on', () => {
    assert.equal(stages.length, 4)
    const [base = ''] = textsOf(stages[0], 'ARG')
    assert.match(base, /^NODE_IMAGE=node:26-/)
    for (const stage of stages.slice(1)) assert.match(textsOf(stage, 'FROM')[0] ?? '', /^\$\{NODE_IMAGE\}/)
  })

  test('what it copies is there and is not kept out; secrets, data and the history of git are', () => {
    for (const text of [...textsOf(build, 'COPY'), ...textsOf(dependencies, 'COPY')]) {
      const sources = text.split(' ').slice(0, -1)
      for (const source of sources) {
        assert.ok(existsSync(join(ROOT, source)), source)
        assert.ok(!isIgnored(source), source)
      }
    }
    const wanted = ['src/cli.ts', 'tsconfig.build.json', 'dashboard/index.html', 'README.md', 'LICENSE']
    const packed = manifest.files.filter((path) => !path.startsWith('!') && !path.endsWith('dist'))
    for (const path of [...wanted, ...packed]) assert.ok(!isIgnored(path), path)
    const unwanted = ['.git/config', 'data/canvas-sync.db', 'logs/canvas_sync/errors.log', 'node_modules/pg']
    unwanted.push('deploy/secrets/database-url', 'examples/next/node_modules/next', 'tokens/teacher.token')
    for (const path of unwanted) assert.ok(isIgnored(path), path)
  })

  test('it runs as somebody who may do nothing special, and sets neither the database nor a secret', () => {
    assert.deepEqual(textsOf(image, 'USER'), ['1000:1000'])
    const environment = environmentOf(image)
    assert.equal(environment['HOST'], '0.0.0.0')
    for (const name of Object.keys(environment)) assert.doesNotMatch(name, /TOKEN|URL|SECRET|PASSWORD/)
  })
})

/** False, or why the image cannot be imitated here. */
function withoutNamespaces(): string | false {
  const tried = spawnSync('unshare', ['--mount', '--pid', '--fork', 'mount', '--bind', '/tmp', '/tmp'])
  return tried.status === 0 ? false : 'needs root and namespaces of Linux'
}

/**
 * A command in the image: process 1 of its own, as its user, without any right, where nothing but the volumes can be
 * written to.
 */
function imitated(root: string, volumes: readonly string[], ...command: readonly string[]): string[] {
  const binds = volumes.map((path) => `mount --bind ${root}${path} ${root}${path}`)
  const script = [
    ...binds,
    'mount -o remount,bind,ro /',
    'mount -t proc proc /proc',
    `cd ${root}${volumes[0]}`,
  ]
  const user = '--reuid=1000 --regid=1000 --clear-groups --no-new-privs --bounding-set=-all'
  script.push(`exec setpriv ${user} "$@"`)
  const isolated = ['unshare', '--mount', '--pid', '--fork', '--kill-child=TERM']
  return [...isolated, 'sh', '-euc', script.join('\n'), 'sh', ...command]
}

test(
  'the built image serves as process 1 on a file system that it cannot write to',
  { skip: withoutNamespaces() },
  async (t) => {
    const root = temporaryDirectory()
    spawnSync('chmod', ['755', root])
    // The stage `build` up to the package; its `npm ci` is what made the checkout that runs this.
    assert.equal(textsOf(build, 'RUN').at(-1), 'npm pack --silent')
    const packed = await pack(join(root, 'build'))

    mkdirSync(join(root, 'dependencies'))
    for (const name of ['package.json', 'package-lock.json']) {
      cpSync(join(ROOT, name), join(root, 'dependencies', name))
    }
    const [ci = ''] = textsOf(dependencies, 'RUN')
    const [npm = '', ...args] = ci.split(' ')
    const installed = await run(npm, [...args, '--prefer-offline'], {
      cwd: join(root, 'dependencies'),
      may_fail: true,
    })
    if (NO_REGISTRY.test(installed.stderr) && (process.env['CI'] ?? '') === '')
      return t.skip('no registry answered')
    assert.equal(installed.code, 0, installed.stderr)

    for (const folder of ['var/lib', 'var/log', 'usr/local/bin'])
      mkdirSync(join(root, folder), { recursive: true })
    const [assemble = ''] = textsOf(image, 'RUN')
    const here = assemble
      .replace(/--mount=\S+ /, '')
      .replaceAll(/(?<=\s)\/(?=app|build|usr|var)/g, `${root}/`)
    await run('sh', ['-euc', here], { cwd: root })
    cpSync(join(root, 'dependencies/node_modules'), join(root, 'app/node_modules'), { recursive: true })
    assert.ok(packed.tarball.endsWith('.tgz'))

    const [entry_point = '', ...more] = [
      ...(JSON.parse(textsOf(image, 'ENTRYPOINT')[0] ?? '') as string[]),
      ...(JSON.parse(textsOf(image, 'CMD')[0] ?? '') as string[]),
    ]
    const binary = join(root, 'usr/local/bin', entry_point)
    const volumes = JSON.parse(textsOf(image, 'VOLUME')[0] ?? '') as string[]
    assert.equal(textsOf(image, 'WORKDIR')[0], volumes[0])
    const environment = {
      ...environmentOf(image),
      // Nothing of a test listens to other machines; the question for tokens is the same.
      HOST: '127.0.0.1',
      REQUIRE_TOKEN: 'true',
      PORT: '0',
      CANVAS_SYNC_LOG_DIR: `${root}/var/log/canvas-sync`,
    }
    const inImage = (
      ...command: string[]
    ): { cwd: string; program: string[]; environment: typeof environment } => ({
      cwd: root,
      program: imitated(root, volumes, ...command),
      environment,
    })
    const refused = await startCli([], inImage(process.execPath, binary, ...more)).result
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /no access token that can be used|there is none that can be used/)
    const made = await startCli(
      [],
      inImage(process.execPath, binary, 'token', 'create', '--name', 'admin', '--scope', 'admin'),
    ).result
    assert.equal(made.code, 0, made.stderr)

    const server = startCli([], inImage(process.execPath, binary, ...more, '--json'))
    const [, port = ''] = await server.shows('stdout', /"port":\s*(\d+)/)
    const [, , health = ''] = /CMD (\[(.*)\])$/.exec(textsOf(image, 'HEALTHCHECK')[0] ?? '') ?? []
    const [node, ...check] = JSON.parse(`[${health}]`) as string[]
    assert.equal(node, 'node')
    const healthy = await run(process.execPath, check, {
      cwd: root,
      environment: { PORT: port },
      may_fail: true,
    })
    assert.equal(healthy.code, 0, 'the check says that it is well')
    const elsewhere = await run(process.execPath, check, {
      cwd: root,
      environment: { PORT: '1' },
      may_fail: true,
    })
    assert.equal(elsewhere.code, 1, 'the check says that it is not well')

    // What unshare forks is process 1 there.
    const [first = ''] = childrenOf(server.child.pid ?? 0)
    assert.match(readFileSync(`/proc/${first}/status`, 'utf8'), /^NSpid:\s+\d+\s+1$/m)
    assert.match(readFileSync(`/proc/${first}/status`, 'utf8'), /^Uid:\s+1000\s/m)
    assert.match(readFileSync(`/proc/${first}/status`, 'utf8'), /^CapBnd:\s+0+$/m)
    process.kill(Number(first), 'SIGTERM')
    const stopped = await server.result
    assert.equal(stopped.code, 143, stopped.stderr)
    assert.match(stopped.stderr, /Stopping/)
    assert.ok(existsSync(join(root, 'var/lib/canvas-sync/data/canvas-sync.db')))
    assert.ok(!existsSync(join(root, 'app/data')))
  },
)

const childrenOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
