import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMonitor, runSync, type SyncRecord } from '../../src/index.ts'
import { smallCanvas } from '../cli/support/work-place.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { readPage } from './support/all-blocks.ts'

/** The simulator calls these after what it gives, Canvas after its routes. */
const OF_SIMULATOR: Readonly<Record<string, string>> = {
  'url:GET|/api/v1/users/:id': 'url:GET|/api/v1/users/self',
  'url:GET|/api/v1/courses/:id': 'url:GET|/api/v1/courses/:course_id',
}
const SCOPES = [...readPage('docs/canvas-tokens.md').matchAll(/^\| `(url:GET\\\|[^`]+)` \| (.+?) \|$/gm)].map(
  ([, scope = '', what = '']) => {
    const name = scope.replace('\\|', '|')
    return { name: OF_SIMULATOR[name] ?? name, what }
  },
)

const simulator = await smallCanvas()
const [account] = simulator.university.truth.accounts()
const account_id = String(account?.['id'])
const [course] = simulator.university.truth.courses()
const directory = temporaryDirectory()

/** A whole sync with a token that has these scopes and no others. */
async function syncWith(
  scopes: readonly string[],
  options: { account?: string; courses?: readonly string[] } = {},
): Promise<Readonly<SyncRecord>> {
  await using monitor = await createMonitor({
    database: `sqlite:${directory}/data.db`,
    logDir: `${directory}/logs`,
  })
  const token = simulator.tokens.issue('admin', { scopes, allow_includes: true })
  return await runSync({ monitor, baseUrl: simulator.base_url, token, userId: 42, ...options })
}

const names = (of: (what: string) => boolean): string[] =>
  SCOPES.filter(({ what }) => of(what)).map(({ name }) => name)
const IN_COURSES = names((what) => what.startsWith('types ') || what.includes('every sync'))

test('with the scopes that the page lists, and no others, each way of syncing completes', async () => {
  assert.equal(SCOPES.length, 11)
  const of_account = [...IN_COURSES, ...names((what) => what.endsWith('with `--account`'))]
  const of_course = [
    ...IN_COURSES,
    ...names((what) => what.endsWith('with `--course`') && !what.includes('not')),
  ]
  const results = [
    await syncWith(of_account, { account: account_id }),
    await syncWith(of_course, { courses: [String(course?.['id'])] }),
  ]
  for (const { sync_status, error_message } of results)
    assert.equal(sync_status, 'completed', error_message ?? '')
})

test('without any one of them a sync of an account is not completed, but for those of terms', async () => {
  const all = [...IN_COURSES, ...names((what) => what.endsWith('with `--account`'))]
  for (const left_out of all) {
    const { sync_status, error_type } = await syncWith(
      all.filter((name) => name !== left_out),
      { account: account_id },
    )
    const terms = SCOPES.find(({ name }) => name === left_out)?.what.startsWith('terms ')
    if (terms === true) assert.equal(sync_status, 'completed', left_out)
    else assert.deepEqual([left_out, sync_status, error_type], [left_out, 'failed', 'scope_missing'])
  }
})
