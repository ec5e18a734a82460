import { execFile } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
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
