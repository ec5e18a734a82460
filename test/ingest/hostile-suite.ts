import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newSecret } from '../../src/core/access-secret.ts'
import type { Store } from '../../src/store/store.ts'
import { syncStart } from '../support/sync-factory.ts'
import { ingestWorld } from './support/ingest-world.ts'

const MOST_COUNTED = 9_000_000_000_000_000

/** What a reporter that means harm must not achieve. */
export function exerciseHostileReports(store: () => Store): void {
  describe('a reporter that means harm', () => {
    it('counts up to what is exact and no further: rows beyond could not be read by anybody', async () => {
      await using ingest = await ingestWorld(store()).open()
      const task_id = crypto.randomUUID()
      const counts = Array.from({ length: 9999 }, (_, id) => ({ type: 'course', task_id, id, count: 1e12 }))
      for (const round of [1, 2]) {
        const { rejected } = await ingest.take([
          { type: 'start', task_id },
          ...counts.map(({ id, ...rest }) => ({ ...rest, id: `${round}-${id}` })),
          { type: 'api_call', task_id, id: `call ${round}`, endpoint: '/', status: 200, duration_ms: 1e12 },
        ])
        assert.equal(rejected, 0)
        const row = await store().syncs.getSyncByTaskId(task_id)
        assert.equal(row?.courses_processed, MOST_COUNTED)
        assert.equal(row.total_api_duration_ms, round * 1e12)
      }
      assert.equal((await ingest.take([{ type: 'finish', task_id }])).rejected, 0)
      assert.equal((await store().syncs.getSyncByTaskId(task_id))?.courses_processed, MOST_COUNTED)
    })

    it('cannot end, change or keep alive a sync that a process tracks in the database itself', async () => {
      await using ingest = await ingestWorld(store()).open()
      const task_id = crypto.randomUUID()
      await store().syncs.startSync(syncStart(task_id))
      const before = await store().syncs.getSyncByTaskId(task_id)
      const same = { user_id: before?.user_id, sync_type: before?.sync_type, trigger: before?.trigger }
      for (const told of [
        { type: 'finish', status: 'failed' },
        { type: 'heartbeat' },
        { type: 'state', id: 1, counters: { api_calls_made: 5 } },
        { type: 'start', ...same, host: before?.host, started_at: before?.sync_start_time },
      ]) {
        const { rejected, syncs } = await ingest.take([{ ...told, task_id }])
        assert.deepEqual([rejected, syncs], [1, []], told.type)
      }
      assert.deepEqual(await store().syncs.getSyncByTaskId(task_id), before)
    })

    it('cannot have an access token kept as the id of anything', async () => {
      await using ingest = await ingestWorld(store()).open()
      const task_id = crypto.randomUUID()
      const { text } = newSecret('token')
      const { rejected } = await ingest.take([
        { type: 'start', task_id: text },
        { type: 'start', task_id, user_id: `of ${text}` },
        { type: 'course', task_id, id: text },
        { type: 'course', task_id, id: 1, course_id: text },
        { type: 'course', task_id, id: 2, course_id: 'csm_101' },
      ])
      assert.equal(rejected, 4)
    })

    it('gets no secret into the row by a problem that writes no line', async () => {
      await using ingest = await ingestWorld(store()).open()
      const task_id = crypto.randomUUID()
      const message = `Refused: password=hunter2, ask anna.berg@example.edu. ${'x'.repeat(100_000)}`
      await ingest.take([
        { type: 'start', task_id },
        { type: 'problem', task_id, id: 1, error_type: 'job_error', message, quiet: true },
        { type: 'finish', task_id },
      ])
      const { error_message } = (await store().syncs.getSyncByTaskId(task_id)) ?? {}
      assert.match(error_message ?? '', /^Refused: password=\[redacted\], ask \[redacted\]\./)
    })

    it('tells of problems without end, of which a hundred are kept', async () => {
      const { open, lines } = ingestWorld(store())
      await using ingest = await open()
      const task_id = crypto.randomUUID()
      const problem = { type: 'problem', task_id, error_type: 'job_error', message: 'No.' }
      for (const round of [1, 2]) {
        await ingest.take(Array.from({ length: 300 }, (_, id) => ({ ...problem, id: `${round}-${id}` })))
        const [known] = await store().ingest.find([{ task_id, event_ids: [], judged: false }])
        assert.equal(known?.problems.length, 100)
        assert.equal(lines().length, round * 300)
      }
      await ingest.take([{ type: 'finish', task_id }])
      assert.equal((await store().syncs.getSyncByTaskId(task_id))?.sync_status, 'partial')
    })

    it('holds up nobody with a text that is longer than anything that is kept of it', async () => {
      await using ingest = await ingestWorld(store()).open()
      const task_id = crypto.randomUUID()
      const text = `@ anna@example.edu ${'1'.repeat(8_000_000)}`
      const cpu = process.cpuUsage()
      await ingest.take([
        { type: 'progress', task_id, id: 1, current: text },
        { type: 'state', task_id, id: 2, progress_current: text },
        { type: 'problem', task_id, id: 3, error_type: 'job_error', message: text },
        { type: 'finish', task_id, status: 'failed', error_message: text },
      ])
      const { user, system } = process.cpuUsage(cpu)
      // Read whole it is some seconds for each.
      assert.ok(user + system < 1_500_000, `${(user + system) / 1000} ms`)
      const row = await store().syncs.getSyncByTaskId(task_id)
      assert.match(row?.error_message ?? '', /^@ \[redacted\]/)
      assert.match(row?.progress_current ?? '', /^@ \[redacted\]/)
    })
  })
}
