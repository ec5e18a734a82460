import assert from 'node:assert/strict'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { ROOT } from './support/pack.ts'
import { run } from './support/run.ts'

/** What people make in a checkout by following the documentation, and by running the examples in their folders. */
const PRIVATE = [
  'deploy/secrets/postgres-password',
  'deploy/secrets/database-url',
  'deploy/secrets/canvas-access-token',
  'deploy/.env',
  'deploy/compose.override.yaml',
  'deploy/kubernetes/.env.secret',
  'examples/.env',
  'examples/data/canvas-sync.db',
  'examples/logs/canvas_sync/errors.log',
  'examples/mounting/data/canvas-sync.db-wal',
  'examples/mounting/logs/canvas_sync/operations.log',
  'examples/mounting/next/.env.local',
  'examples/jobs/sync.db',
]

test('what is secret or personal in a checkout is not packed, though git alone is told to leave it out', async () => {
  const directory = temporaryDirectory()
  for (const name of ['package.json', 'deploy', 'examples', '.gitignore']) {
    cpSync(join(ROOT, name), join(directory, name), { recursive: true })
  }
  for (const path of PRIVATE) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), 'secret')
  }
  const args = ['pack', '--dry-run', '--json', '--silent', '--ignore-scripts']
  const { stdout } = await run('npm', args, { cwd: directory })
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { files: { path: string }[] }>)
  const paths = packed?.files.map(({ path }) => path) ?? []
  assert.ok(paths.includes('deploy/compose.yaml') && paths.includes('examples/mounting/express.ts'))
  assert.deepEqual(
    PRIVATE.filter((path) => paths.includes(path)),
    [],
  )
})
