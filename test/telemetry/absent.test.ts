import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { trackings } from '../tracker/support/tracking.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const open = trackings()

test('nothing of OpenTelemetry is looked for until an SDK is registered, and then at the next sync', async (t) => {
  const asked: string[] = []
  const hooks = registerHooks({
    resolve(specifier, place, next) {
      const { parentURL = '' } = place
      if (specifier.startsWith('@opentelemetry') && parentURL.includes('/src/telemetry/'))
        asked.push(specifier)
      return next(specifier, place)
    },
  })
  t.after(() => {
    hooks.deregister()
  })
  const { monitor } = await open()
  await monitor.track({}, async (sync) => {
    await sync.course(1, async () => {})
  })
  assert.deepEqual(asked, [])

  const { MemorySdk } = await import('./support/memory-sdk.ts')
  const sdk = new MemorySdk()
  await monitor.track({}, async () => {})
  assert.deepEqual(asked, ['@opentelemetry/api'])
  assert.equal(sdk.named('sync all').length, 1)
})

/** What an application has that installed this package and nothing optional. */
function withoutOptional(): string {
  const folder = temporaryDirectory()
  for (const name of ['src', 'migrations', 'package.json']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  }
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8')
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> }
  for (const name of Object.keys(dependencies)) {
    const place = join(folder, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), place)
  }
  return folder
}

const JOB = `
  import { createMonitor } from './src/index.ts'
  const missing = await import('@opentelemetry/api').catch((error) => error.code)
  for (const registered of [false, true]) {
    if (registered) globalThis[Symbol.for('opentelemetry.js.api.1')] = { version: '1.10.0' }
    await using monitor = await createMonitor()
    const outcome = await monitor.track({}, (sync) => sync.course(1, async () => {}))
    console.log(missing, outcome.outcome)
  }
`

test('a sync runs where @opentelemetry/api is not installed, even beside an SDK that brought its own', async () => {
  const folder = withoutOptional()
  writeFileSync(join(folder, 'job.ts'), JOB)
  const child = spawn(process.execPath, ['job.ts'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0)
  assert.equal(printed, 'ERR_MODULE_NOT_FOUND completed\n'.repeat(2))
})
