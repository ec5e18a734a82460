import type { SelectQueryBuilder } from 'kysely'
import type { SqlDialect } from './sql-database.ts'

/** Keeps others from changing the selected rows until the transaction ends. SQLite has one writer anyway. */
export function forUpdate<DB, TB extends keyof DB, Row>(
  select: SelectQueryBuilder<DB, TB, Row>,
  dialect: SqlDialect,
): SelectQueryBuilder<DB, TB, Row> {
  return dialect === 'postgres' ? select.forUpdate() : select
}
