import type { SqlConnection, SqlDialect } from '../sql-database.ts'

/** Syncs that were written while counting was left to the end. */
export interface WrittenSyncs {
  /** Have ended: what they are now is to be added to the figures. */
  readonly added: readonly number[]
  /** Of these, who had not ended before: they are to be counted. */
  readonly ended: readonly number[]
}

/** Fewer are counted as quickly one by one. */
export const COUNTED_TOGETHER = 4

interface Statements {
  readonly hold: string
  readonly release: string
  readonly addFigures: string
  readonly countEnded: string
}

const STATEMENTS: Readonly<Record<SqlDialect, Statements>> = {
  sqlite: {
    hold: 'insert into canvas_sync_counted_together (held) values (1)',
    release: 'delete from canvas_sync_counted_together',
    addFigures: 'insert into canvas_sync_added_figures (sync_ids) values (?)',
    countEnded: 'insert into canvas_sync_ended (sync_ids) values (?)',
  },
  postgres: {
    hold: "select set_config('canvas_sync.counted_together', 'on', true)",
    release: "select set_config('canvas_sync.counted_together', 'off', true)",
    addFigures: 'select canvas_sync_add_figures(array(select jsonb_array_elements_text($1::jsonb)::bigint))',
    countEnded: 'select canvas_sync_count_ended(array(select jsonb_array_elements_text($1::jsonb)::bigint))',
  },
}

/**
 * Runs `write`, in which the triggers leave sums and counters alone, and then does for all of its syncs together what they
 * would have done for each. Whatever `write` does not name is not counted.
 */
export async function countTogether(
  { dialect, executeMany }: SqlConnection,
  write: () => Promise<WrittenSyncs>,
): Promise<void> {
  const { hold, release, addFigures, countEnded } = STATEMENTS[dialect]
  await executeMany(hold, [[]])
  const { added, ended } = await write()
  await executeMany(release, [[]])
  if (ended.length > 0) await executeMany(countEnded, [[JSON.stringify(ended)]])
  if (added.length > 0) await executeMany(addFigures, [[JSON.stringify(added)]])
}
