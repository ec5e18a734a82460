import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Fault } from '../../src/simulator/index.ts'
import { assertExplained } from './support/assert-explained.ts'
import { keptRows, smallCanvas, syncedPlace, type WorkPlace } from './support/work-place.ts'

const ALL_ASSIGNMENT_GROUPS = '/api/v1/courses/*/assignment_groups'

const place = await syncedPlace(await smallCanvas())
const kept = keptRows(place)

/** One sync while Canvas has this fault, of a place that has read everything before. */
async function syncWith(fault: Fault, path?: string): Promise<ReturnType<WorkPlace['run']>> {
  const { simulator } = place
  assert.ok(simulator)
  const remove = simulator.faults.add({ when: path === undefined ? {} : { path }, fault })
  try {
    return await place.run(place.syncArguments('--json'))
  } finally {
    remove()
  }
}

const TROUBLES: readonly [string, Fault, RegExp, RegExp][] = [
  ['HTML', { kind: 'html_200' }, /not JSON but a page for people/, /sign-in or maintenance page/],
  ['half a body', { kind: 'half_body' }, /closed the connection before the answer was complete/, /network/],
  ['nothing', { kind: 'empty_body' }, /200 with an empty body/, /Canvas host itself/],
  [
    'a sign-in page elsewhere',
    { kind: 'redirect_302' },
    /answered with a redirect/,
    /Canvas host|base URL|sign-in/,
  ],
]

suite('a Canvas that answers badly', () => {
  for (const [name, fault, sentence, next] of TROUBLES) {
    test(`${name} everywhere: the sync fails with one sentence, and what was read before is kept`, async () => {
      const result = await syncWith(fault)
      assertExplained(result, { code: 1, sentence, next, secrets: [place.simulator?.tokens.teacher ?? ''] })
      assert.equal(JSON.parse(result.stdout).sync_status, 'failed')
      assert.deepEqual(keptRows(place), kept)
    })
  }

  test('half a body of one list: the sentence names the courses, and nothing counts as deleted', async () => {
    const result = await syncWith({ kind: 'half_body' }, ALL_ASSIGNMENT_GROUPS)
    assertExplained(result, { code: 1, sentence: /2 of 2 courses failed: network/, next: /network/ })
    assert.deepEqual(keptRows(place), kept)
  })

  test('an empty list where there were rows is a failure that deletes nothing', async () => {
    const result = await syncWith({ kind: 'empty_list' })
    assertExplained(result, { code: 1, sentence: /no courses, although there were 2/, next: /--accept-del/ })
    assert.deepEqual(keptRows(place), kept)
  })

  test('chunks of one byte are read like any other answer', async () => {
    const result = await syncWith({ kind: 'one_byte_chunks' })
    assert.equal(result.code, 0, result.stderr)
    assert.equal(JSON.parse(result.stdout).courses.processed, 2)
    assert.deepEqual(keptRows(place), kept)
  })

  test('each of these runs is in the list of syncs with its error type', async () => {
    const list = await place.run(['syncs', 'list', '--json', '--status', 'failed'])
    const types = (JSON.parse(list.stdout) as { error_type: string }[]).map((sync) => sync.error_type)
    assert.deepEqual(new Set(types), new Set(['not_json', 'network', 'unexpected_empty']))
  })
})
