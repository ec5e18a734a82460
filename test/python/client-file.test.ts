import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { redactText } from '../../src/logs/redact.ts'
import { LOG_FIELDS } from '../../src/logs/writing/log-fields.ts'
import fc from '../support/fast-check.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { CLIENT, no_python, runJob } from './support/python.ts'

const source = readFileSync(CLIENT, 'utf8')
const python = { skip: no_python }

test('the client knows the fields that a log has', () => {
  const [, names = ''] = /_LOG_FIELDS = frozenset\(\s*"""([^"]*)"""/.exec(source) ?? []
  assert.deepEqual(names.split(/\s+/).sort(), [...LOG_FIELDS].sort())
})

test('the client has the version of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  assert.ok(source.includes(`__version__ = "${version}"`))
})

test('the client is written for Python 3.8, and needs the standard library alone', python, () => {
  const program = `
import ast, sys
with open(sys.argv[1], encoding="utf-8") as file:
    tree = ast.parse(file.read(), feature_version=(3, 8))
names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
strange = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names)
assert not strange, strange
`
  const run = spawnSync('python3', ['-W', 'error', '-c', program, CLIENT], { encoding: 'utf8' })
  assert.equal(run.stderr, '')
})

const PIECES = [
  'Bearer abc.def-ghi',
  'authorization: Basic dXNlcjpwYXNz',
  '"access_token": "1234~abcdefghijklmnopqrstuvwxyz"',
  "password='hunter2'",
  'https://user:secret@canvas.example.edu/api/v1/courses?search_term=Anna&page=bookmark:WyJBbm5hIl0',
  'page=bookmark:WyJBbm5hIl0',
  'anna.muster+x@example.edu',
  'müller@hochschule-köln.de',
  'a%40b.example.org',
  'Set-Cookie: canvas_session=abc; path=/',
  'xoxb-1234567890-abcdef',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_def',
  'csm_abcdefgh1234_xyz',
  'hooks.slack.com/services/T0/B0/abc',
  '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----',
  'session_id=12',
  'token=[redacted]x',
  'code=200',
  'key: value',
  'The course 101 has 25 assignments.',
  'GET /api/v1/courses answered 200 in 145 ms.',
  '[redacted]',
]

test('the client takes out of a text what the server takes out of it', python, async () => {
  const text = fc
    .array(
      fc.oneof(
        fc.constantFrom(...PIECES),
        fc.string({ maxLength: 12 }),
        fc.constantFrom(' ', ', ', '\n', '"'),
      ),
      {
        maxLength: 7,
      },
    )
    .map((parts) => parts.join(''))
    .filter((each) => each.isWellFormed())
  const texts = [...PIECES, ...fc.sample(text, { numRuns: 3000, seed: 7 })]
  const file = join(temporaryDirectory(), 'texts.json')
  writeFileSync(file, JSON.stringify(texts))
  const run = await runJob('redact.py', {
    url: 'http://127.0.0.1:1',
    spool: temporaryDirectory(),
    args: [file],
  })
  assert.equal(run.stderr, '')
  const redacted = JSON.parse(run.stdout) as string[]
  for (const [index, given] of texts.entries())
    assert.equal(redacted[index], redactText(given), JSON.stringify(given))
})
