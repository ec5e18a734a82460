import type { FiguresPlace } from '../../sync-figures.ts'
import { findUngrouped, groupErrors } from './error-group-rows.ts'
import { stepAt } from './figure-check.ts'
import { USER_TOTALS, USERS } from './figure-columns.ts'
import { columnsOf, rangeOfDay, type FigureTier } from './figure-tiers.ts'
import type { SqlConnection } from '../sql-database.ts'
import { piece, textFor, type SqlPiece } from '../sql-piece.ts'
import { expectedOfUser, USER_TIERS, wholeFrom } from './user-figure-tiers.ts'

/** See `SyncFigures.rebuild`; inside of a transaction. */
export async function rebuildStep(
  connection: SqlConnection,
  place: FiguresPlace | null,
): Promise<FiguresPlace | null> {
  // A row that another transaction is about to write would be missing in what is made anew.
  if (connection.dialect === 'postgres') {
    await connection.select('lock table canvas_sync_metrics in share row exclusive mode', [])
  }
  const step = await stepAt(connection, place)
  if (step === null) return null
  if (step.day !== null) {
    await groupErrors(connection, await findUngrouped(connection, rangeOfDay('day', step.day)))
  }
  for (const tier of step.day === null ? [] : step.tiers) await rebuildTier(connection, tier, step.day ?? 0)
  for (const user_id of step.user_ids) await rebuildUser(connection, user_id)
  return step.next
}

async function run({ dialect, select }: SqlConnection, { text, values }: SqlPiece): Promise<void> {
  await select(textFor(dialect, text), values)
}

async function rebuildTier(connection: SqlConnection, tier: FigureTier, day: number): Promise<void> {
  const range = rangeOfDay(tier.tier, day)
  await run(
    connection,
    piece(
      `delete from ${tier.table} where tier = '${tier.tier}'${tier.found_by} and bucket_start >= ? and bucket_start < ?`,
      range.from,
      range.to,
    ),
  )
  const expected = tier.expected(range)
  const columns = ['bucket_start', ...columnsOf(tier)].join(', ')
  await run(
    connection,
    piece(
      `insert into ${tier.table} (tier, ${columns}) select '${tier.tier}', ${columns} from (${expected.text}) as made`,
      ...expected.values,
    ),
  )
}

async function rebuildUser(connection: SqlConnection, user_id: string): Promise<void> {
  const whole_from = await wholeFrom(connection, user_id)
  for (const tier of USER_TIERS) {
    const from = tier.tier === 'month' ? Number.MIN_SAFE_INTEGER : whole_from
    await run(
      connection,
      piece(
        `delete from ${USER_TOTALS} where user_id = ? and tier = '${tier.tier}' and bucket_start >= ?`,
        user_id,
        from,
      ),
    )
    const range = { from, to: Number.MAX_SAFE_INTEGER }
    const expected = expectedOfUser(connection.dialect, user_id, tier.tier, range)
    const columns = ['bucket_start', ...columnsOf(tier)].join(', ')
    await run(
      connection,
      piece(
        `insert into ${USER_TOTALS} (user_id, tier, ${columns})
         select cast(? as text), '${tier.tier}', ${columns} from (${expected.text}) as made`,
        user_id,
        ...expected.values,
      ),
    )
  }
  await run(
    connection,
    piece(
      `insert into ${USERS} (user_id, last_sync_start_time)
       select user_id, max(sync_start_time) from canvas_sync_metrics where user_id = ? group by user_id
       on conflict (user_id) do update set last_sync_start_time = excluded.last_sync_start_time
       where excluded.last_sync_start_time > ${USERS}.last_sync_start_time`,
      user_id,
    ),
  )
}
