import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLines } from '../ingest/support/log-lines.ts'
import { FarServer } from '../remote/support/far-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { pythonWith, runJob, send } from './support/python.ts'

const program = pythonWith('requests')

test(
  'a session of requests that outlives its syncs records each call once, in the sync that made it',
  { skip: program === null && 'no python3 has requests' },
  async () => {
    const server = await FarServer.start()
    const spool = temporaryDirectory()
    const args = process.env['LONG_TESTS'] === '1' ? ['many'] : []
    const options = { program: program ?? '', url: server.url, spool, args, strict: false }
    const run = await runJob('sessions.py', options)
    assert.equal(run.code, 0, run.stderr)
    assert.deepEqual(JSON.parse(run.stdout), { kept: 0, last: [3, 1], threads: [1, 2, 3] })
    await send(server.url, spool)
    const calls = readLines(server.logs).filter(({ event }) => event === 'api_call')
    const of_last = calls.filter(({ task_id }) => task_id === 'last')
    assert.deepEqual(
      of_last.map(({ endpoint, status }) => [endpoint, status]),
      [
        ['/livez', 200],
        ['/livez', 200],
        ['/api/v1/courses', null],
      ],
    )
    assert.equal(calls.length, 3 + 6, 'a call after the end is of no sync')
  },
)
