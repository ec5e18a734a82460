import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { CLIENT, no_python, runJob, startPython } from './support/python.ts'

const python = { skip: no_python }

const directory = temporaryDirectory()
const binary = join(directory, 'token')
writeFileSync(binary, Buffer.from([0xff, 0xfe, 0x00, 0x80]))

const MISSET: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['an address that is none', { CANVAS_SYNC_SERVER: 'http://[::1' }],
  ['an address with a port that is none', { CANVAS_SYNC_SERVER: 'http://127.0.0.1:many' }],
  ['a token file that is no text', { CANVAS_SYNC_TOKEN_FILE: binary }],
  ['a token of two lines', { CANVAS_SYNC_TOKEN: 'csm_first_line\ncsm_second_line' }],
  ['a token with a letter that no header takes', { CANVAS_SYNC_TOKEN: 'csm_first_line\u2028' }],
  ['a limit that is no number', { CANVAS_SYNC_SPOOL_LIMIT_MB: 'much' }],
]

for (const [what, env] of MISSET)
  test(`with ${what} a job runs, and its token is told to nobody`, python, async () => {
    const run = await runJob('misset.py', { url: 'http://127.0.0.1:1', spool: join(directory, 'spool'), env })
    assert.equal(run.code, 0, run.stderr)
    assert.match(run.stderr, /CanvasSyncServerError: /)
    assert.doesNotMatch(run.stdout + run.stderr, /first_line|second_line/)
  })

test('spaces and a line break around a token are not a part of it', python, async () => {
  const show =
    'from canvas_sync_monitor import _settings; print(ascii((_settings().token, _settings().read_token)))'
  const env = { CANVAS_SYNC_TOKEN: ' csm_one\r\n', CANVAS_SYNC_READ_TOKEN: 'csm_two\n' }
  const run = await startPython(['-c', show], { url: 'http://127.0.0.1:1', spool: directory, env }).ended
  assert.equal(run.stdout, "('csm_one', 'csm_two')\n")
})

test('what cannot be sent with is said by the command that checks', python, async () => {
  const sentences: string[] = []
  for (const env of [{ CANVAS_SYNC_SERVER: 'http://[::1' }, { CANVAS_SYNC_TOKEN: 'a b' }]) {
    const run = await startPython([CLIENT, 'check'], { url: 'http://127.0.0.1:1', spool: directory, env })
      .ended
    assert.equal(run.code, 1)
    sentences.push(run.stdout)
  }
  assert.deepEqual(sentences, [
    "The server's address cannot be read.\n",
    'The token has characters that no token has.\n',
  ])
})
