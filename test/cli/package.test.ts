import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseSyncRecord } from './support/assert-sync-record.ts'
import { smallCanvas, WorkPlace } from './support/work-place.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const has_npm = spawnSync('npm', ['--version']).status === 0

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

function run(command: string, args: readonly string[], cwd: string): string {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8' })
  assert.equal(result.status, 0, `${command} ${args.join(' ')}\n${result.stdout}\n${result.stderr}`)
  return result.stdout
}

/** Builds and packs a copy, so that the checkout stays as it is. */
function pack(place: WorkPlace): Packed {
  const copy = place.path('copy')
  mkdirSync(copy)
  for (const name of [
    'package.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'bin',
    'migrations',
    'pages',
    'dashboard/dist',
    'docs',
    'test',
  ]) {
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  }
  run(
    join(ROOT, 'node_modules/.bin/tsc'),
    ['-p', 'tsconfig.build.json', '--outDir', join(copy, 'dist')],
    ROOT,
  )
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts'], copy)) as Packed[]
  assert.ok(packed)
  return packed
}

/** An application that has the package and its dependencies, and none of its development. */
function install(place: WorkPlace, { filename }: Packed): string {
  const modules = place.path('app/node_modules')
  mkdirSync(modules, { recursive: true })
  run('tar', ['-xzf', place.path(`copy/${filename}`), '-C', modules], place.directory)
  run('mv', ['package', 'canvas-sync-monitor'], modules)
  const text = readFileSync(join(modules, 'canvas-sync-monitor/package.json'), 'utf8')
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> }
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(modules, name, '..'), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  return join(modules, 'canvas-sync-monitor')
}

const skip = has_npm ? false : 'npm is not on the path'

test('the package holds what is needed and nothing else, and does a real sync', { skip }, async () => {
  const simulator = await smallCanvas()
  const place = new WorkPlace(simulator)
  const packed = pack(place)
  const paths = packed.files.map(({ path }) => path)
  const top = new Set(paths.map((path) => path.split('/')[0]))
  assert.deepEqual(
    top,
    new Set([
      'LICENSE',
      'README.md',
      'bin',
      'dashboard',
      'dist',
      'docs',
      'migrations',
      'package.json',
      'pages',
    ]),
  )
  for (const path of paths.filter((path) => path.startsWith('dist/'))) {
    assert.match(path, /\.(?:js|d\.ts)(?:\.map)?$/)
  }
  for (const name of readdirSync(join(ROOT, 'migrations/sqlite'))) {
    assert.ok(paths.includes(`migrations/sqlite/${name}`))
  }
  assert.ok(paths.includes('dist/store/sqlite/store-worker.js'))

  const installed = install(place, packed)
  const program = [process.execPath, join(installed, 'bin/canvas-sync-monitor.js')]
  const version = await place.run(['--version'], { program })
  assert.equal(version.stdout, (await place.run(['--version'])).stdout, version.stderr)
  const result = await place.run(place.syncArguments('--json'), { program })
  assert.equal(result.code, 0, result.stderr)
  assert.equal(parseSyncRecord(result.stdout).courses.created, 2)
  assert.equal(place.rows('select id from canvas_courses').length, 2)

  place.write(
    'app/main.mjs',
    `import { createMonitor } from 'canvas-sync-monitor'
     import { startServer } from 'canvas-sync-monitor/server'
     import { startSimulator } from 'canvas-sync-monitor/simulator'
     console.log([createMonitor, startServer, startSimulator].map((value) => typeof value).join(' '))`,
  )
  const app = await place.run([place.path('app/main.mjs')], { program: [process.execPath] })
  assert.equal(app.stdout, 'function function function\n', app.stderr)
})
