import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { WorkPlace } from '../cli/support/work-place.ts'
import { node24, typescript5 } from './support/cached-tool.ts'
import { contentsSuite } from './support/contents-suite.ts'
import { costOf, modulesOf } from './support/import-cost.ts'
import { copyInto, install, installedSizes, linkModule, type Application } from './support/install.ts'
import { manifest, pack, ROOT, type Packed } from './support/pack.ts'
import { run } from './support/run.ts'

const MEBIBYTE = 1024 ** 2

const directory = temporaryDirectory()
let packed: Packed
let again: Packed
/** Each package sees what it declares and nothing else. */
let application: Application
/** The layout that npm makes by itself. */
let hoisted: Application

before(async () => {
  ;[packed, again] = await Promise.all([pack(join(directory, 'first')), pack(join(directory, 'second'))])
  ;[application, hoisted] = await Promise.all([
    install(join(directory, 'linked'), packed.tarball, 'linked'),
    install(join(directory, 'hoisted'), packed.tarball, 'hoisted'),
  ])
})

contentsSuite(() => ({ packed, again }))

suite('the types', { concurrency: 2 }, () => {
  test('attw and publint find nothing wrong', async () => {
    const bin = join(ROOT, 'node_modules/.bin')
    await run(join(bin, 'attw'), [packed.tarball, '--profile', 'esm-only'], { cwd: directory })
    const { stdout } = await run(join(bin, 'publint'), [packed.tarball, '--strict'], { cwd: directory })
    assert.match(stdout, /All good!/)
  })

  const compilers: readonly (readonly [string, string, string, string | false])[] = [
    ['this TypeScript', 'nodenext', join(ROOT, 'node_modules/typescript/bin/tsc'), false],
    ['this TypeScript', 'bundler', join(ROOT, 'node_modules/typescript/bin/tsc'), false],
    ['TypeScript 5.9', 'nodenext', typescript5.path, typescript5.skip],
  ]
  for (const [name, resolution, tsc, skip] of compilers) {
    test(`${name} checks an application and every declaration with ${resolution}`, { skip }, async () => {
      const place = application.directory
      linkModule(place, '@types/node')
      for (const file of ['minimal-sync', 'whole-sync', 'long-form', 'read-logs', 'remote-sync']) {
        copyInto(place, `examples/${file}.ts`)
      }
      copyInto(place, 'test/package/support/whole-use.ts')
      const args = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess']
      args.push('--skipLibCheck', 'false', '--target', 'es2024', '--lib', 'esnext', '--types', 'node')
      args.push('--resolveJsonModule', '--moduleResolution', resolution)
      args.push('--module', resolution === 'nodenext' ? 'nodenext' : 'esnext')
      const files = readdirSync(place).filter((path) => path.endsWith('.ts'))
      await run(process.execPath, [tsc, ...args, ...files], { cwd: place })
    })
  }
})

suite('what is installed', () => {
  test('a user gets few packages and few bytes, and none of them runs a script', (t) => {
    if (!hoisted.by_npm) return t.skip('no registry answered')
    const sizes = installedSizes(hoisted)
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    t.diagnostic(`${sizes.size} packages, ${(total / MEBIBYTE).toFixed(1)} MiB`)
    assert.ok(sizes.size <= 40, [...sizes.keys()].join(' '))
    assert.ok(total < 40 * MEBIBYTE, `${total} bytes`)
    const lock = JSON.parse(readFileSync(join(hoisted.directory, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean }>
    }
    const scripts = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript)
    assert.deepEqual(scripts, [])
    for (const name of Object.keys(manifest.dependencies)) assert.ok(sizes.has(name), name)
  })
})

suite('what an import costs', () => {
  const IMPORT = "import { createMonitor } from 'canvas-sync-monitor'\n"
  /** Folders that only a server, a command line or a test needs. */
  const NOT_FOR_JOBS =
    /^dist\/(?:analysis|api|cli|config|delivery|earlier|fleet-logs|incidents|ingest|maintenance|prometheus|queue|reports|schedules|search|server|simulator)\//

  for (const entry of ['canvas-sync-monitor', 'canvas-sync-monitor/jobs']) {
    test(`an import of ${entry} loads no other package and no part of the server`, async (t) => {
      const { own, own_bytes, packages } = await modulesOf(application.directory, `import '${entry}'`)
      t.diagnostic(`${own.length} modules, ${Math.round(own_bytes / 1024)} KiB`)
      assert.deepEqual(packages, [])
      assert.deepEqual(
        own.filter((path) => NOT_FOR_JOBS.test(path)),
        [],
      )
      assert.ok(own.length > 5 && own.length <= 170, `${own.length} modules`)
      assert.ok(own_bytes <= 520 * 1024, `${own_bytes} bytes`)
    })
  }

  test('a tracked sync on SQLite, its threads included, loads Kysely and no other package', async () => {
    const work = `${IMPORT}await using monitor = await createMonitor({ database: 'sqlite:cost.db', logDir: 'cost-logs' })
      await monitor.track({ userId: 1, syncType: 'all' }, (sync) => sync.recordCourse({ created: true }))`
    const { own, packages } = await modulesOf(application.directory, work)
    assert.deepEqual(packages, ['kysely'])
    assert.ok(own.includes('dist/store/sqlite/store-worker.js'), 'what the thread loads is seen too')
    assert.deepEqual(
      own.filter((path) => NOT_FOR_JOBS.test(path)),
      [],
    )
  })

  test('an import takes less than ten times the work of an empty process, and 48 MiB', async (t) => {
    const empty = await costOf(application.directory, '', 5)
    const imported = await costOf(application.directory, IMPORT, 5)
    const cpu_ms = imported.cpu_ms - empty.cpu_ms
    const memory_bytes = imported.peak_memory_bytes - empty.peak_memory_bytes
    t.diagnostic(`${cpu_ms.toFixed(0)} ms beside ${empty.cpu_ms.toFixed(0)} ms of an empty process`)
    t.diagnostic(`${(memory_bytes / MEBIBYTE).toFixed(1)} MiB`)
    assert.ok(cpu_ms < 10 * empty.cpu_ms, `${cpu_ms} ms beside ${empty.cpu_ms} ms`)
    assert.ok(memory_bytes < 48 * MEBIBYTE, `${memory_bytes} bytes`)
  })
})

const versions: readonly (readonly [string, string, string | false])[] = [
  ['this Node.js', process.execPath, false],
  ['Node.js 24', node24.path, node24.skip],
]
for (const [name, node, skip] of versions) {
  suite(`under ${name}`, { skip, concurrency: 2 }, () => {
    test('every entry, the server with its pages, and both databases work', async () => {
      const postgres = await startPostgres()
      const place = new WorkPlace()
      const script = copyInto(application.directory, 'test/package/support/whole-use.ts')
      const databases = ['sqlite:data/own.db', await postgres.createDatabase()]
      const { stdout } = await place.run([script, ...databases], { program: [node] })
      const found = JSON.parse(stdout) as {
        version: string
        exported: Record<string, string[]>
        records: { sync_status: string; courses: { created: number } }[]
        pages: Record<string, string>
        events: string[]
      }
      assert.equal(found.version, manifest.version)
      assert.deepEqual(
        Object.keys(found.exported),
        Object.keys(manifest.exports).filter((path) => path !== './package.json'),
      )
      for (const names of Object.values(found.exported)) assert.notEqual(names.length, 0)
      assert.deepEqual(
        found.records.map(({ sync_status, courses }) => [sync_status, courses.created]),
        [
          ['completed', 2],
          ['completed', 2],
        ],
      )
      assert.ok(Object.keys(found.pages).some((path) => path.endsWith('.js') && path.includes('assets')))
      for (const [path, kind] of Object.entries(found.pages))
        assert.match(kind, /^200 [a-z]+\/[\w.+-]+$/, path)
      for (const event of ['sync_started', 'course_synced', 'sync_completed']) {
        assert.ok(found.events.includes(event), event)
      }
    })

    test('a job may be a line of code on the command line', async () => {
      const work = `import { createMonitor } from 'canvas-sync-monitor'
        await using monitor = await createMonitor({ database: process.env.DATABASE, logDir: 'logs-of-a-line' })
        await monitor.track({ userId: 1, syncType: 'all' }, (sync) => sync.recordCourse({ created: true }))`
      const options = { cwd: application.directory, environment: { DATABASE: 'sqlite:line.db' } }
      await run(node, ['--input-type=module', '--eval', work], options)
    })

    test('the linked binary tracks a job, and reads the logs by its scanner and its threads', async () => {
      const place = new WorkPlace()
      const binary = join(application.directory, 'node_modules/.bin/canvas-sync-monitor')
      const program = [node, binary]
      const version = await place.run(['--version'], { program })
      assert.equal(version.stdout, `${manifest.version}\n`, version.stderr)
      const wrapped = await place.run(['wrap', '--slug', 'own', '--', node, '-e', '0'], { program })
      assert.equal(wrapped.code, 0, wrapped.stderr)
      const analysed = await place.run(['analyze', '--json'], { program })
      const report = JSON.parse(analysed.stdout) as { operations: { total_lines: number } }
      assert.ok(report.operations.total_lines > 0)
      const searched = await place.run(['logs', 'search', '--count', 'own'], { program })
      assert.equal(searched.code, 0, searched.stderr)
      const copied = await place.run(['backup', 'copy.db'], { program })
      assert.equal(copied.code, 0, copied.stderr)
    })
  })
}
