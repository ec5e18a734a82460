import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { COMPILE_CACHE } from '../cli/support/run-cli.ts'

const ONE_FILE = fileURLToPath(
  new URL('../../node_modules/.cache/canvas-sync-monitor-tests-kysely.mjs', import.meta.url),
)

/** Before all tests of a run: each test file is a process, and starts more, that would strip and compile the sources anew. */
export async function globalSetup(): Promise<void> {
  process.env['NODE_COMPILE_CACHE'] ??= COMPILE_CACHE
  await writeOneFileKysely()
  const hook = new URL('one-file-kysely.mjs', import.meta.url).href
  process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --import=${hook}`.trim()
}

/**
 * Kysely has 300 files, which each process and each thread of a store would look for and link: 85 ms of its 150, some
 * thousand times in a run. As one file it takes 5.
 */
async function writeOneFileKysely(): Promise<void> {
  const entry = fileURLToPath(import.meta.resolve('kysely'))
  const lib = { entry, formats: ['es' as const] }
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { lib, minify: false, target: 'esnext', write: false },
  })
  const [output] = built as Rolldown.RolldownOutput[]
  const [chunk] = output?.output ?? []
  if (chunk === undefined) throw new Error('Kysely was not made one file.')
  mkdirSync(dirname(ONE_FILE), { recursive: true })
  // Another run may read it.
  writeFileSync(`${ONE_FILE}.${process.pid}`, chunk.code)
  renameSync(`${ONE_FILE}.${process.pid}`, ONE_FILE)
}
