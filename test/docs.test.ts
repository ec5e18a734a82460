import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ROUTES } from '../src/api/routes.ts'
import { ERROR_TYPE_FACTS } from '../src/core/error-types.ts'
import { COURSE_OUTCOMES, SYNC_STATUSES } from '../src/core/sync-status.ts'
import { PAGES, readPage } from './docs/support/all-blocks.ts'

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

test('the reference of the HTTP API names every route', () => {
  const text = read('docs/reference/http-api.md')
  for (const { method, path } of ROUTES) assert.ok(text.includes(`### ${method} ${path}\n`), path)
})

/** As browsers and GitHub make it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[`*]/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)))

test('every link of the documentation leads to a file, and to a heading in it', () => {
  const broken: string[] = []
  for (const page of PAGES) {
    for (const [, target = '', , anchor] of readPage(page).matchAll(
      /\]\((?!https?:)([^)#]*)(#([^)]*))?\)/g,
    )) {
      const path = target === '' ? page : join(dirname(page), target)
      const is_there = existsSync(join(ROOT, path))
      const no_heading = is_there && anchor !== undefined && path.endsWith('.md')
      if (!is_there || (no_heading && !anchorsOf(readPage(path)).has(anchor))) {
        broken.push(`${page} links to ${target}${anchor === undefined ? '' : `#${anchor}`}`)
      }
    }
  }
  assert.deepEqual(broken, [])
})

test('every page can be reached from the README', () => {
  const seen = new Set(['README.md'])
  for (const page of seen) {
    for (const [, target = ''] of readPage(page).matchAll(/\]\((?!https?:)([^)#]+\.md)/g)) {
      const path = join(dirname(page), target)
      if (existsSync(join(ROOT, path))) seen.add(path)
    }
  }
  assert.deepEqual(
    PAGES.filter((page) => !seen.has(page)),
    [],
  )
})

test('the README fits two screens', () => {
  const lines = readPage('README.md').trimEnd().split('\n')
  assert.ok(lines.length <= 120, `${lines.length} lines`)
  const long = lines.filter((line) => line.length > 110 && !/^[|!]/.test(line))
  assert.deepEqual(long, [])
  assert.equal(lines.filter((line) => line.startsWith('![')).length, 1)
})
