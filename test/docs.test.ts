import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ROUTES } from '../src/api/routes.ts'
import { ERROR_TYPE_FACTS } from '../src/core/error-types.ts'
import { COURSE_OUTCOMES, SYNC_STATUSES } from '../src/core/sync-status.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

test('docs/concepts.md names every status, course outcome and error type with its next step', () => {
  const text = read('docs/concepts.md')
  for (const word of [...SYNC_STATUSES, ...COURSE_OUTCOMES]) assert.ok(text.includes(word), word)
  for (const [type, { next_step }] of Object.entries(ERROR_TYPE_FACTS)) {
    assert.ok(
      text.includes(`| \`${type}\` | ${next_step} |`),
      `${type} with the sentence that the program says`,
    )
  }
})

test('docs/http-api.md names every route of the metrics API', () => {
  const text = read('docs/http-api.md')
  for (const { path } of ROUTES) {
    const short = path.replace('/api/canvas/metrics', '')
    assert.ok(text.includes(`\`${short}\``) || text.includes(`${short}\``), short)
  }
})

test('every link of the documentation leads to a file', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
  ]
  for (const page of pages.filter((name) => name.endsWith('.md'))) {
    for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      assert.ok(existsSync(join(ROOT, dirname(page), target)), `${page} links to ${target}`)
    }
  }
})
