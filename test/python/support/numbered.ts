import assert from 'node:assert/strict'
import { readLines, withoutCopies } from '../../ingest/support/log-lines.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type { FarServer } from '../../remote/support/far-server.ts'

/** That each event of these syncs of `numbered.py` is there once, in its order. */
export async function allOnceInOrder(
  server: FarServer,
  task_ids: readonly string[],
  events: number,
): Promise<void> {
  const steps = new Map<string, number[]>()
  const others = new Map<string, string[]>()
  const lines = withoutCopies(readLines(server.logs)).filter(({ stream }) => stream === 'operations')
  for (const { task_id, event, items } of lines as readonly Record<string, unknown>[]) {
    const whose = String(task_id)
    if (event === 'step') steps.set(whose, [...(steps.get(whose) ?? []), Number(items)])
    else if (event !== 'course_synced') others.set(whose, [...(others.get(whose) ?? []), String(event)])
  }
  await using store = await openStore(server.database)
  for (const task_id of task_ids) {
    const row = await store.syncs.getSyncByTaskId(task_id)
    assert.ok(row, `${task_id} is there`)
    const counted = [row.sync_status, row.courses_created, row.api_calls_made, row.total_api_duration_ms]
    assert.deepEqual(counted, ['completed', events, events, 1.5 * events], task_id)
    assert.deepEqual(
      steps.get(task_id),
      Array.from({ length: events }, (_, event) => event),
      task_id,
    )
    const around = (others.get(task_id) ?? []).filter((event) => event !== 'sync_repaired')
    assert.deepEqual(around, ['sync_started', 'sync_completed'], task_id)
  }
}
