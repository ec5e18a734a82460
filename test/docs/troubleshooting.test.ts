import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ERROR_TYPE_FACTS } from '../../src/core/error-types.ts'
import { MonitorError, type ErrorCode } from '../../src/core/errors.ts'
import { INCIDENT_RULES } from '../../src/core/incident.ts'
import { SYNC_STATUSES } from '../../src/core/sync-status.ts'
import { readPage } from './support/all-blocks.ts'
import { ROOT } from './support/place.ts'
import { sourceTexts, textsOf } from './support/source-texts.ts'

const page = readPage('docs/troubleshooting.md')
const texts = sourceTexts()
const isSaid = (message: string): boolean => texts.some((text) => text.test(message))

test('every message that a reader looks up is one that the program says', () => {
  const quoted = [...page.matchAll(/^> (.+)$/gm)].map(([, message = '']) => message)
  const in_table = [...page.matchAll(/^\| ([A-Zc][^|]+\.) \| `\w+` \|/gm)].map(([, message = '']) => message)
  assert.ok(quoted.length > 20 && in_table.length > 10)
  const unknown = [...quoted, ...in_table].filter((message) => !isSaid(message))
  assert.deepEqual(unknown, [])
})

test('a message that nothing says is found', () => {
  assert.ok(!isSaid('Error: The moon is in use already: choose another one with --moon.'))
  const [text] = textsOf('throw new Error(`Port ${port} is taken by ${name({ a: 1 })}.`)')
  assert.ok(text)
  assert.ok(text.test('Port 5 is taken by another.'))
  assert.ok(!text.test('Port 5 was taken by another.'))
})

test('every code of an error stands there with its exit code', () => {
  const source = readFileSync(join(ROOT, 'src/core/errors.ts'), 'utf8')
  const union = /type SetupErrorCode =([^]*?)\n\n/.exec(source)?.[1] ?? ''
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code as ErrorCode)
  assert.ok(codes.length >= 20)
  for (const code of codes) {
    const { exit_code } = new MonitorError(code, '')
    assert.ok(page.includes(`| \`${code}\` | ${exit_code} |`), `${code} with ${exit_code}`)
  }
})

test('every status that is not good, error type of Canvas and incident stands there', () => {
  for (const status of SYNC_STATUSES.filter((one) => one !== 'completed' && one !== 'cancelled')) {
    assert.ok(page.includes(`| \`${status}\``), status)
  }
  for (const rule of INCIDENT_RULES) assert.match(page, new RegExp(`^\\|.*\`${rule}\`.*runbooks/`, 'm'))
  const elsewhere = new Set(['cancelled', 'storage', 'timed_out', 'lost'])
  for (const type of Object.keys(ERROR_TYPE_FACTS).filter((one) => !elsewhere.has(one))) {
    assert.ok(page.includes(`\`${type}\``), type)
  }
})
