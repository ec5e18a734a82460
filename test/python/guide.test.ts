import assert from 'node:assert/strict'
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FarServer } from '../remote/support/far-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { CLIENT, no_python, pythonWith, startPython } from './support/python.ts'

const GUIDE = fileURLToPath(new URL('jobs/guide', import.meta.url))

const with_sqlalchemy = pythonWith('sqlalchemy')

for (const [program, session] of [
  ['python3', 'any session'],
  [with_sqlalchemy, 'a session of SQLAlchemy'],
] as const)
  test(
    `the code of the earlier integration guide runs as it stands, with ${session}`,
    { skip: program === null ? 'no python3 has sqlalchemy' : no_python },
    async () => {
      const server = await FarServer.start()
      const directory = temporaryDirectory()
      cpSync(GUIDE, directory, { recursive: true })
      mkdirSync(join(directory, 'app/services'))
      writeFileSync(join(directory, 'app/services/__init__.py'), '')
      copyFileSync(CLIENT, join(directory, 'app/services/canvas_sync_metrics.py'))
      const options = { program: program ?? '', url: server.url, spool: join(directory, 'spool') }
      const run = await startPython(['-X', 'dev', join(directory, 'run.py')], options).ended
      assert.deepEqual([run.code, run.stderr], [0, ''])
      if (program === with_sqlalchemy) assert.equal(run.stdout, 'sqlalchemy\n')
      const response = await fetch(`${server.url}/api/canvas/metrics/failed`)
      const { syncs } = (await response.json()) as { syncs: { error_message: string; error_type: string }[] }
      const bad = syncs.find(({ error_type }) => error_type === 'network')
      assert.match(
        bad?.error_message ?? '',
        /^The sync job failed with ConnectionError at sync_courses_of \(run\.py:\d+\)\.$/,
      )
    },
  )
