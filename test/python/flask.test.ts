import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FarServer } from '../remote/support/far-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { pythonWith, runJob } from './support/python.ts'

const program = pythonWith('flask')

test(
  'pages of a real Flask application go on over the server, for whom they are meant',
  { skip: program === null && 'no python3 has flask' },
  async () => {
    const server = await FarServer.start()
    const options = { program: program ?? '', url: server.url, spool: temporaryDirectory() }
    const run = await runJob('flask_pages.py', { ...options, strict: false })
    assert.equal(run.code, 0, run.stderr)
    const answers = JSON.parse(run.stdout) as Record<string, [number, Record<string, unknown> | null]>
    const statuses = Object.entries(answers).map(([path, [status]]) => [path, status])
    assert.deepEqual(Object.fromEntries(statuses), {
      '/sync/1': 200,
      '/sync/task/paged': 200,
      '/user/42/summary': 200,
      '/user/42/syncs?limit=5': 200,
      '/summary?days=7': 200,
      '/recent?limit=1': 200,
      '/failed': 200,
      '/performance': 200,
      '/logs/cleanup-status': 200,
      '/health': 200,
      '/sync/99': 404,
      '/recent?limit=many': 400,
      '/tokens': 404,
      '/../../livez': 404,
      '/user/../summary': 404,
      '/sync/task/../../tokens': 404,
      refused: 403,
      unsaid: 403,
      posted: 405,
    })
    assert.deepEqual(answers['/sync/99']?.[1]?.['error'], 'Sync metrics not found')
    assert.equal(answers['/user/42/summary']?.[1]?.['total_courses_processed'], 1)
  },
)
