import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AuditEntry } from '../../src/store/access-store.ts'
import type { Store } from '../../src/store/store.ts'
import { courseOutcome, START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'
import { plain, type OpenStore } from './opened-store.ts'

const AUDIT: AuditEntry = {
  at: START,
  actor_kind: 'cli',
  actor_id: null,
  action: 'user_erased',
  target: 'hash',
  user_id: null,
  route: null,
  address: null,
}

/** A user with syncs, courses, a source of their own and one that is shared, tokens and looks at their data. */
async function giveUser(store: Store, user_id: string, source_ids: readonly number[]): Promise<number[]> {
  const ids: number[] = []
  for (const [at, source_id] of source_ids.entries()) {
    const id = await store.syncs.startSync(
      syncStart(`${user_id} ${at}`, { user_id, started_at: START + at * 1000 }),
    )
    await store.syncs.saveSource(id, source_id, 'all')
    await store.syncs.saveCourseOutcome(id, courseOutcome('1'))
    await store.syncs.finishSync(id, syncFinish({ finished_at: START + 60_000 }))
    ids.push(id)
  }
  await store.access.recordAudit([{ ...AUDIT, action: 'viewed', target: `${user_id} 0`, user_id }])
  return ids
}

async function giveRows(store: Store, source_id: number, ids: readonly string[]): Promise<void> {
  const listing = await store.data.beginListing({ source_id, entity: 'sections', listed_by: '1' }, START)
  await store.data.applyRows(
    listing,
    ids.map((id) => syncedRow('sections', id)),
  )
  await store.data.completeListing(listing, { deletions: 'accept', read_through_at: START })
}

async function eraseAll(store: Store, user_id: string): Promise<number> {
  let rows = 0
  for (const step of ['eraseSyncs', 'eraseData'] as const) {
    for (let done = false; !done;) {
      const made = await store.erasure[step](user_id, 2)
      rows += made.rows
      done = made.done
    }
  }
  await store.erasure.eraseTraces(user_id, AUDIT)
  return rows
}

export function exerciseErasure(open: OpenStore): void {
  describe('erasing a user', () => {
    it('finds and deletes what is theirs alone, and leaves everything of others', async () => {
      const opened = await open()
      const { store } = opened
      const own = (await store.data.openSource('https://canvas.test', '1', 1)).id
      const shared = (await store.data.openSource('https://canvas.test', '2', 1)).id
      const nobodys = (await store.data.openSource('https://canvas.test', '3', 1)).id
      const theirs = await giveUser(store, 'erika', [own, shared, nobodys, own])
      const others = await giveUser(store, 'otto', [shared])
      const unnamed = await store.syncs.startSync(syncStart('unnamed', { user_id: null }))
      await store.syncs.saveSource(unnamed, nobodys, 'all')
      await giveRows(store, own, ['1', '2', '3', '4', '5'])
      await giveRows(store, shared, ['1', '2'])
      await giveRows(store, nobodys, ['1'])
      const token = { name: 'x', created_at: 1, created_by: 'cli', expires_at: null, digest: 'd' }
      await store.access.createToken({ ...token, id: 'one', scopes: ['read:user:erika'] }, AUDIT)
      await store.access.createToken(
        { ...token, id: 'two', scopes: ['read:user:erika', 'read:user:otto'] },
        AUDIT,
      )
      await store.access.createToken({ ...token, id: 'three', scopes: ['read'] }, AUDIT)
      const totals_before = await store.figures.totals({ since: 0 })
      const place = await store.changes.latest()

      const found = await store.erasure.find('erika')
      assert.deepEqual(plain(found), {
        running: 0,
        syncs: 4,
        sources: 1,
        synced_rows: { sections: 5 },
        tokens: 2,
        audit_entries: 1,
      })
      assert.deepEqual((await store.erasure.taskIds('erika')).toSorted(), [
        'erika 0',
        'erika 1',
        'erika 2',
        'erika 3',
      ])
      assert.ok((await eraseAll(store, 'erika')) >= 4 + 4 + 5)

      const nothing = { running: 0, syncs: 0, sources: 0, synced_rows: {}, tokens: 0, audit_entries: 0 }
      assert.deepEqual(plain(await store.erasure.find('erika')), nothing)
      for (const id of theirs) {
        assert.equal(await store.syncs.getSync(id), null)
        assert.deepEqual(await store.syncs.listCourseOutcomes(id), [])
        assert.deepEqual(await store.syncs.listStatusChanges(id), [])
      }
      assert.equal((await store.syncs.getSync(others[0] ?? 0))?.sync_task_id, 'otto 0')
      assert.deepEqual(
        plain(await store.data.listSources()).map(({ id }) => id),
        [shared, nobodys],
      )
      const sections = await opened.readRows('canvas_sections')
      assert.deepEqual(
        sections.map((row) => Number(row['source_id'])).toSorted((a, b) => a - b),
        [shared, shared, nobodys],
      )
      const tokens = await store.access.listTokens()
      const byId = (id: string) => tokens.find((token) => token.id === id)
      assert.deepEqual([byId('one')?.scopes, byId('one')?.revoked_at], [[], START])
      assert.deepEqual([byId('two')?.scopes, byId('two')?.revoked_at], [['read:user:otto'], null])
      assert.deepEqual([byId('three')?.scopes, byId('three')?.revoked_at], [['read'], null])
      const totals = await store.figures.totals({ since: 0 })
      assert.equal(totals.syncs, totals_before.syncs, 'the sums over all users stay')
      assert.equal((await store.figures.totals({ since: 0, user_ids: ['erika'] })).syncs, 0)
      const { changes } = await store.changes.readAfter(place, { limit: 100 })
      assert.deepEqual(
        [...new Set(changes.map(({ kind, sync_id }) => `${kind} ${sync_id}`))],
        ['syncs_erased null'],
      )
      for (const table of ['canvas_sync_audit', 'canvas_sync_changes', 'canvas_sync_metrics']) {
        assert.doesNotMatch(JSON.stringify(await opened.readRows(table)), /erika/, table)
      }
    })

    it('leaves no sentence of theirs in the groups of errors, and those of others in their place', async () => {
      const opened = await open()
      const { store } = opened
      const fail = async (user_id: string, task: string, message: string): Promise<void> => {
        const id = await store.syncs.startSync(syncStart(task, { user_id, started_at: START }))
        const failed = { status: 'failed', error_type: 'job_error', error_message: message } as const
        await store.syncs.finishSync(id, syncFinish({ ...failed, finished_at: START + 1000 }))
      }
      await fail('erika', 'e1', 'No grades of Kohlhaas.')
      await fail('erika', 'e2', 'No course "Kohlhaas".')
      await fail('otto', 'o2', 'No course "Chemistry".')
      await fail('otto', 'o3', 'No network.')
      const before = await store.errorGroups.list({ since: 0, now: START, limit: 10 })
      const why: Readonly<Record<string, string>> = {
        'No grades of Kohlhaas.': 'Kohlhaas is gone.',
        'No network.': 'As Erika said.',
        'No course "Chemistry".': 'erikas',
      }
      for (const { id, message } of before.groups) {
        const decided = { id, decided_at: START, muted_until: START + 5, reason: why[message] ?? 'x' }
        await store.errorGroups.decide({ ...decided, decision: 'muted', audit: AUDIT })
      }
      await eraseAll(store, 'erika')
      assert.doesNotMatch(JSON.stringify(await opened.readRows('canvas_sync_error_groups')), /Kohlhaas/i)
      const reasons = (await opened.readRows('canvas_sync_error_decisions')).map(({ reason }) => reason)
      const erased = 'A reason that may have told of a user who was erased.'
      assert.deepEqual(reasons.map(String).toSorted(), [erased, erased, 'erikas'])
      const { groups } = await store.errorGroups.list({ since: 0, now: START, limit: 10 })
      assert.deepEqual(Object.fromEntries(groups.map(({ message, syncs }) => [message, syncs])), {
        'An error of a user who was erased.': 1,
        'No course "Chemistry".': 2,
        'No network.': 1,
      })
      // The same error again is a group of its own.
      await fail('otto', 'o4', 'No grades of Kohlhaas.')
      assert.equal((await store.errorGroups.list({ since: 0, now: START, limit: 10 })).groups.length, 4)
    })

    it('leaves a running sync alone and says that there is one', async () => {
      const { store } = await open()
      await giveUser(store, 'erika', [])
      const running = await store.syncs.startSync(syncStart('running', { user_id: 'erika' }))
      assert.equal((await store.erasure.find('erika')).running, 1)
      await eraseAll(store, 'erika')
      assert.equal((await store.syncs.getSync(running))?.sync_status, 'in_progress')
      assert.equal((await store.erasure.find('erika')).syncs, 1)
    })
  })
}
