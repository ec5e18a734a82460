import type { TableFacts } from '../../system-store.ts'
import type { SqlConnection } from '../sql-database.ts'

/** So many rows of a table are counted one by one. */
const MOST_COUNTED = 10_000

interface FoundTable {
  readonly name: string
  /** About how many rows, where something tells it without reading them. */
  readonly about: number | null
  readonly bytes: number | null
}

/** By name. */
export async function tableFacts(connection: SqlConnection): Promise<TableFacts[]> {
  const tables = await findTables(connection)
  if (tables.length === 0) return []
  const counts = tables.map(
    // Names from the catalogue of our own tables.
    ({ name }) => `select '${name}' as name, count(*) as counted
      from (select 1 from ${name} limit ${MOST_COUNTED + 1}) as counted_rows`,
  )
  const rows = await connection.select<{ name: string; counted: number }>(counts.join(' union all '), [])
  const counted = new Map(rows.map((row) => [row.name, row.counted]))
  return tables.map(({ name, about, bytes }) => ({
    table: name,
    bytes,
    ...rowsOf(counted.get(name) ?? 0, about),
  }))
}

function rowsOf(counted: number, about: number | null): Pick<TableFacts, 'rows' | 'certainty'> {
  if (counted <= MOST_COUNTED) return { rows: counted, certainty: 'exact' }
  if (about === null || about <= MOST_COUNTED) return { rows: MOST_COUNTED, certainty: 'at_least' }
  return { rows: about, certainty: 'about' }
}

const OURS = /^canvas_[a-z_]+$/

async function findTables({ dialect, select }: SqlConnection): Promise<FoundTable[]> {
  if (dialect === 'postgres') {
    const found = await select<FoundTable>(
      // A table of partitions has nothing itself; their names have digits.
      `select relname as name, cast(case when relkind = 'r' then reltuples else (select sum(greatest(part.reltuples, 0))
           from pg_partition_tree(pg_class.oid) join pg_class part on part.oid = relid where isleaf)
         end as double precision) as about,
         case when relkind = 'r' then pg_total_relation_size(oid)
           else (select coalesce(sum(pg_total_relation_size(relid)), 0) from pg_partition_tree(pg_class.oid)) end as bytes
       from pg_class where relnamespace = quote_ident(current_schema())::regnamespace and relkind in ('r', 'p') order by relname`,
      [],
    )
    return found.filter(({ name }) => OURS.test(name))
  }
  const found = await select<{ name: string; sql: string }>(
    `select name, sql from sqlite_schema where type = 'table' order by name`,
    [],
  )
  const ours = found.filter(({ name }) => OURS.test(name))
  const tables: FoundTable[] = []
  for (const { name, sql } of ours) {
    tables.push({ name, bytes: null, about: /without rowid/i.test(sql) ? null : await spanOf(select, name) })
  }
  return tables
}

/** From the first row number to the last: rows are made at the end and deleted from the beginning. */
async function spanOf(select: SqlConnection['select'], table: string): Promise<number> {
  const text = `select (select rowid from ${table} order by rowid desc limit 1) -
    (select rowid from ${table} order by rowid limit 1) + 1 as span`
  const [row] = await select<{ span: number | null }>(text, [])
  return row?.span ?? 0
}
