import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { OLD_TABLE } from '../../support/old-table.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { ImportReport } from '../../../src/earlier/import-report.ts'
import { importSyncs, type ImportOptions } from '../../../src/earlier/import-syncs.ts'
import { openEarlierSource } from '../../../src/earlier/open-source.ts'
import { UTC_ZONE } from '../../../src/logs/reading/legacy-zone.ts'
import type { Store } from '../../../src/store/store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

export type GivenOldRow = Readonly<Record<string, string | number | null>>

const COMPLETED: GivenOldRow = {
  user_id: 42,
  sync_end_time: '2026-11-20 10:03:30.500000',
  sync_start_time: '2026-11-20 10:00:00.000000',
  total_duration_seconds: 210.5,
  sync_status: 'completed',
  sync_type: 'all',
  courses_processed: 25,
  courses_created: 2,
  courses_updated: 23,
  assignments_processed: 340,
  api_calls_made: 1240,
  api_calls_failed: 2,
  total_api_duration_ms: 8450.5,
  db_operations: 12,
  db_duration_ms: 41.2,
  incremental_sync: 1,
  use_pagination: 1,
  chunk_size: 10,
}

/** A row of the earlier table; what is not given is that of a usual sync. */
export const oldRow = (id: number, given: GivenOldRow = {}): GivenOldRow => ({
  ...COMPLETED,
  id,
  sync_task_id: `task-${id}`,
  ...given,
})

let files = 0

/** A database file of the earlier system with these rows. */
export function oldDatabase(rows: readonly GivenOldRow[], table: string = OLD_TABLE): string {
  const path = join(temporaryDirectory(), `old-${++files}.db`)
  using database = new DatabaseSync(path)
  database.exec(table)
  database.exec('begin')
  for (const row of rows) insertOld(database, row)
  database.exec('commit')
  return path
}

export function insertOld(database: DatabaseSync, row: GivenOldRow): void {
  const names = Object.keys(row)
  database
    .prepare(
      `insert or replace into canvas_sync_metrics (${names.map((name) => `"${name}"`).join(', ')})
       values (${names.map(() => '?').join(', ')})`,
    )
    .run(...Object.values(row))
}

/** Imports what `from` names; at the time of the fake clock, 2026-11-22T10:15:00Z. */
export async function importFrom(
  from: string,
  store: Store | null,
  given: Partial<ImportOptions> & { readonly clock?: Clock } = {},
): Promise<Omit<ImportReport, 'logs'>> {
  const table = given.table ?? 'canvas_sync_metrics'
  await using source = await openEarlierSource(from, table)
  return await importSyncs({
    source,
    table,
    store: store?.earlier ?? null,
    clock: new FakeClock(),
    system: 'earlier',
    dry_run: false,
    zone: UTC_ZONE,
    keep_error_messages: false,
    lost_after_hours: 24,
    kept_columns: [],
    sync_days: null,
    signal: new AbortController().signal,
    ...given,
  })
}
