import { MonitorError } from '../../core/errors.ts'

const MOST_TOLD = 8

/** @param tables the names that there are */
export function tableMissing(table: string, place: string, tables: readonly string[]): MonitorError {
  const near = tables.filter((name) => /sync|metric/i.test(name)).slice(0, MOST_TOLD)
  return new MonitorError('not_found_locally', `There is no table ${table} in ${place}.`, {
    next_step:
      near.length === 0
        ? 'Name the table of the earlier system with --table.'
        : `Name the table of the earlier system with --table; there are ${near.join(', ')}.`,
  })
}

/** Columns that only our own table has. */
const OURS = ['heartbeat_at', 'heartbeat_count', 'records_lost']

/** Whether it is this program's own table. */
export const isOwnTable = (columns: readonly string[]): boolean =>
  OURS.every((name) => columns.includes(name))

export function ownTableRefused(place: string): MonitorError {
  return new MonitorError(
    'usage',
    `${place} is a database of canvas-sync-monitor, not of an earlier system.`,
    {
      next_step:
        'Name the database of the earlier system with --from, and this one with --database. To take this one into PostgreSQL, use copy.',
    },
  )
}

export function columnsUnknown(table: string): MonitorError {
  return new MonitorError('usage', `The dump has rows of ${table} and does not say what their columns are.`, {
    next_step: 'Make it with the table itself in it (without --no-create-info), or with --complete-insert.',
  })
}
