import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { applicationFolder } from './support/application.ts'
import { checkEnd, checkMounted, checkSyncs } from './support/check-example.ts'
import { openExample, ROOT } from './support/example-app.ts'

const NEXT = join(ROOT, 'node_modules', 'next', 'dist', 'bin', 'next')
const environment = { NEXT_TELEMETRY_DISABLED: '1' }
const BUILD_LIMIT_MS = 240_000

async function built(): Promise<string> {
  const folder = await applicationFolder()
  for (const name of ['next', 'sync-courses.ts']) {
    cpSync(join(ROOT, 'examples', 'mounting', name), join(folder, name), { recursive: true })
  }
  const cwd = join(folder, 'next')
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment }
  await promisify(execFile)(process.execPath, [NEXT, 'build'], { cwd, env, timeout: BUILD_LIMIT_MS })
  return cwd
}

test('examples/mounting/next: a start that failed is tried again by the next request', async () => {
  const directory = temporaryDirectory()
  const script = `import { openMonitor } from './examples/mounting/next/monitor.ts'
    process.env.DATABASE_URL = 'sqlite:' + process.env.FOLDER
    const failed = await openMonitor().then(() => 'opened', (error) => error.code)
    process.env.DATABASE_URL = 'sqlite:' + process.env.FOLDER + '/sync.db'
    const monitor = await openMonitor()
    console.log(failed, monitor === (await openMonitor()))
    await monitor.close()`
  const args = ['--conditions=canvas-sync-monitor-source', '--input-type=module', '--eval', script]
  const env = { PATH: process.env['PATH'], FOLDER: directory, CANVAS_SYNC_LOG_DIR: join(directory, 'logs') }
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env })
  assert.equal(stdout, 'not_writable true\n')
})

test('examples/mounting/next: three syncs, the mounted monitor, and its end', async () => {
  const cwd = await built()
  const args = [NEXT, 'start', '--hostname', '127.0.0.1', '--port', '0']
  await using world = await openExample({
    args,
    cwd,
    environment,
    address: /http:\/\/(?:localhost|[\d.]+):[1-9]\d*/,
  })
  const example = await checkSyncs(world)
  await checkMounted(world, example)
  // Next ends with the code of the signal.
  await checkEnd(world, example, 143)
})
