import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { givenTwoUsers, openGuardedServer } from '../api/support/guarded-server.ts'
import { PATIENCE } from '../support/patience.ts'
import { visit } from './support/visit.ts'

const GROUPS = 2000
const DAY_MS = 86_400_000

/** Groups of ten syncs each, over 30 days. */
function fill(path: string): void {
  using database = new DatabaseSync(path)
  const now = Date.now()
  database.exec(`begin;
    with recursive g (i) as (select 1 union all select i + 1 from g where i < ${GROUPS})
      insert into canvas_sync_error_groups (id, fingerprint, error_type, message)
      select i, 'f' || i, 'timeout', 'Error ' || i || ' happened.' from g;
    with recursive s (i) as (select 1 union all select i + 1 from s where i < ${GROUPS * 10})
      insert into canvas_sync_metrics (sync_task_id, user_id, sync_start_time, sync_end_time, sync_status, sync_type,
        heartbeat_at, total_duration_seconds, error_type, error_message, error_group_id)
      select 'task-' || i, i % 3000, ${now} - (i * 7919 % ${GROUPS * 10}) * ${(30 * DAY_MS) / (GROUPS * 10)}, ${now},
        'failed', 'all', 0, 1, 'timeout', 'Error ' || (1 + i % ${GROUPS}) || ' happened.', 1 + i % ${GROUPS} from s;
    commit`)
}

test(`${GROUPS} groups stay fast, and come page by page`, async () => {
  const { server, directory, send } = await openGuardedServer({ requireToken: false })
  fill(`${directory}/syncs.db`)
  for (const query of ['days=90', 'days=30&sort=rising', 'days=30&sort=newest&text=Error%201']) {
    const started = performance.now()
    assert.equal((await send('GET', `/errors?limit=50&${query}`)).status, 200)
    const took_ms = performance.now() - started
    // Some 30 ms on a machine that does nothing else.
    assert.ok(took_ms < 1000 * PATIENCE, `${query}: ${took_ms} ms`)
  }
  const { page, complaints } = await visit(`${server.url}/errors?days=30`)
  const rows = page.locator('.error-groups > li')
  for (const count of [50, 100, 150]) {
    await page.getByText(new RegExp(`^${count} shown`)).waitFor()
    assert.equal(await rows.count(), count)
    if (count < 150) await page.getByRole('button', { name: 'Show more' }).click()
  }
  const messages = await page.locator('.error-message').allTextContents()
  assert.equal(new Set(messages).size, 150, 'none is shown twice')
  await page.locator('.state-switch', { hasText: /To look at 2,000/ }).waitFor()
  await page.getByLabel('In the message').fill('Error 1999 ')
  await page.keyboard.press('Enter')
  await page.getByText(/^1 shown/).waitFor()
  assert.deepEqual(complaints, [])
  await page.close()
})

test('who may only read, or see one user, is offered nothing that would be refused', async () => {
  const { server, store, token } = await openGuardedServer()
  await givenTwoUsers(store)
  for (const [scope, syncs] of [
    ['read:user:42', '1 sync'],
    ['read', '2 syncs'],
    ['admin', '2 syncs'],
  ] as const) {
    const { page } = await visit(`${server.url}/errors?group=1`)
    await page.getByLabel('Access token').fill(await token([scope]))
    await page.getByRole('button', { name: 'Sign in' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(syncs, { exact: false }).first().waitFor()
    const may = scope === 'admin'
    if (may) await dialog.getByRole('button', { name: 'Resolve' }).waitFor()
    else await dialog.getByText('takes an access token with the scope admin').waitFor()
    assert.equal(await dialog.getByRole('button', { name: /Resolve|Mute/ }).count(), may ? 2 : 0, scope)
    const users = await dialog.getByRole('link', { name: /^User/ }).allTextContents()
    assert.deepEqual(users.toSorted(), scope === 'read:user:42' ? ['User 42'] : ['User 42', 'User 7'])
    await page.context().clearCookies()
    await page.close()
  }
})
