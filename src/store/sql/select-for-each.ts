import type { SqlConnection } from './sql-database.ts'

interface EachStatement {
  /** In SQLite: with `?` once for the key, then for the values. */
  readonly sqlite: string
  /** In PostgreSQL: a query that says `keys.key`, with `$2` and so on for the values. */
  readonly postgres: string
  readonly key_type: 'text' | 'bigint'
}

/**
 * The rows of one query for each of some keys. SQLite runs it once for each, which costs no more; PostgreSQL gets all
 * keys at once, so that the network is waited for once.
 */
export async function selectForEach<Row>(
  { dialect, select }: SqlConnection,
  { sqlite, postgres, key_type }: EachStatement,
  keys: readonly (string | number)[],
  values: readonly unknown[],
): Promise<ReadonlyMap<string | number, readonly Row[]>> {
  const rows = new Map<string | number, Row[]>(keys.map((key) => [key, []]))
  if (dialect === 'sqlite') {
    for (const key of rows.keys()) rows.set(key, await select<Row>(sqlite, [key, ...values]))
    return rows
  }
  const collate = key_type === 'text' ? ' collate "C"' : ''
  const text = `select keys.key, found.* from
      (select key${collate} as key from unnest($1::${key_type}[]) as given (key)) as keys
    cross join lateral (${postgres}) as found`
  for (const { key, ...row } of await select<Row & { key: string | number }>(text, [
    [...rows.keys()],
    ...values,
  ])) {
    rows.get(key)?.push(row as Row)
  }
  return rows
}
