import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { assertAccessible, panel, visit } from './support/visit.ts'

const HOUR_MS = 3_600_000

const fresh = await openGuardedServer({ requireToken: false, alerts: false, freshnessTarget: '6h' })
await sync.completed()(fresh.store.syncs, Date.now())

interface Read {
  readonly user: string
  readonly course: string
  /** Null: a read that never came to its end. */
  readonly age_hours: number | null
}

async function read({ user, course, age_hours }: Read): Promise<void> {
  const { data } = fresh.store
  const now = Date.now()
  const { id: source_id } = await data.openSource('https://canvas.test', user, now)
  const scope = { source_id, entity: 'submissions', listed_by: course } as const
  const listing = await data.beginListing(scope, now - (age_hours ?? 1) * HOUR_MS)
  if (age_hours === null) return
  await data.completeListing(listing, { read_through_at: now, deletions: 'brake', final: false })
}

await read({ user: '1', course: '70', age_hours: 1 })
await read({ user: '2', course: '71', age_hours: 9 })
await read({ user: '3', course: '72', age_hours: null })
await read({ user: '3', course: '73', age_hours: 2 })

suite('how fresh the data is', () => {
  test('each source stands beside the target of the server, the worst first', async () => {
    const { page, complaints } = await visit(fresh.server.url)
    const freshness = panel(page, 'How fresh the data is')
    await freshness.getByText('read whole within 6 h').waitFor()
    const rows = await freshness.locator('.sources > li').allInnerTexts()
    assert.deepEqual(
      rows.map((text) => /(Never read whole|Stale|Fresh)\s+canvas\.test, user (\d)/.exec(text)?.slice(1)),
      [
        ['Never read whole', '3'],
        ['Stale', '2'],
        ['Fresh', '1'],
      ],
    )
    // A list that was never read whole has no age, however fresh the others are.
    assert.match(rows[0] ?? '', /\bnever\n/)
    assert.match(
      rows[0] ?? '',
      /2 lists\s+1 never read whole\s+the oldest of the others 2 h ago: submissions of course 73/,
    )
    const bars = await freshness.getByRole('img').all()
    const ages = await Promise.all(bars.map((bar) => bar.getAttribute('aria-label')))
    assert.deepEqual(ages, [
      'Past any target: a list was never read whole',
      '9 h old, 150 % of the target',
      '1 h old, 17 % of the target',
    ])
    assert.deepEqual(complaints, [])
    await assertAccessible(page)
    await page.close()
  })

  test('what is stale or was never read whole needs attention, with the command for it', async () => {
    const { page } = await visit(fresh.server.url)
    const stale = panel(page, 'Needs attention').locator('li').filter({ hasText: 'Stale' })
    await stale
      .getByText('1 list was not read whole within 6 h; the oldest: submissions of course 71.')
      .waitFor()
    await stale.getByText('npx canvas-sync-monitor sync --base-url https://canvas.test').waitFor()
    await panel(page, 'Needs attention').getByText('of these nobody knows what is missing').waitFor()
    assert.equal(
      await page.locator('.trust').textContent(),
      'Nothing went wrong in the last 24 hours. 1 list was never read whole. 1 list is older than 6 h, the oldest 9 h.',
    )
    await page.close()
  })
})
