import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { LogStream } from '../../../src/core/log-event.ts'
import type { SyncRow } from '../../../src/core/sync-record.ts'
import type { Sync } from '../../../src/tracker/types.ts'
import { startedSync, type Tracking } from './tracking.ts'

/** One `record…` call, what it counts and the line that it writes. */
export interface RecordCase {
  readonly what: string
  readonly call: (sync: Sync) => void
  readonly counts: Partial<SyncRow>
  readonly stream: LogStream
  /** Keys and values in their order, without what the writer adds to each line. */
  readonly line: Record<string, unknown>
}

/** Makes each call two seconds after the start of a sync of its own. */
export function itRecords(open: () => Promise<Tracking>, cases: readonly RecordCase[]): void {
  for (const { what, call, counts, stream, line } of cases) {
    it(what, async () => {
      const { sync, logs, clock, nextSave, rowOf } = await startedSync(open)
      const before = logs.events(stream).length
      clock.advance(2000)
      call(sync)
      const lines = logs.events(stream).slice(before).map(ownFields)
      assert.deepEqual(lines, [line])
      assert.deepEqual(Object.keys(lines[0] ?? {}), Object.keys(line))
      await nextSave()
      assert.partialDeepStrictEqual(await rowOf(sync), {
        ...counts,
        records_lost: 0,
        sync_status: 'in_progress',
      })
      assert.equal(logs.health.fields_dropped, 0)
    })
  }
}

function ownFields(line: Record<string, unknown>): Record<string, unknown> {
  const { timestamp: _timestamp, writer: _writer, seq: _seq, task_id: _task, user_id: _user, ...own } = line
  return own
}
