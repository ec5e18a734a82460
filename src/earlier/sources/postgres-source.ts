import type { Client } from 'pg'
import { connectClient } from '../../store/postgres/postgres-pool.ts'
import { toStoreError } from '../../store/postgres/postgres-errors.ts'
import { parsePostgresUrl, type PostgresAddress } from '../../store/postgres/postgres-url.ts'
import type { EarlierPage, EarlierSource } from '../earlier-source.ts'
import type { SourceValue } from '../rows/earlier-value.ts'
import { isOwnTable, ownTableRefused, tableMissing } from './table-errors.ts'

const ROWS_AT_ONCE = 5000
/** Texts as the server writes them: what they mean is read in one place for all sources. */
const AS_TEXT = { getTypeParser: () => (text: string | Buffer) => text }

const COLUMNS = `select a.attname as name from pg_attribute a
  where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped order by a.attnum`
const TABLES = `select n.nspname || '.' || c.relname as name from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v') and n.nspname not in ('pg_catalog', 'information_schema') order by 1 limit 1000`

/** A table of a PostgreSQL database, as it was when reading began; the earlier application may go on with it. */
export class PostgresSource implements EarlierSource {
  readonly kind = 'postgres'
  readonly place: string
  readonly total: number
  readonly #address: PostgresAddress
  readonly #client: Client
  readonly #table: string
  readonly #columns: readonly string[]

  private constructor(
    address: PostgresAddress,
    client: Client,
    found: { readonly table: string; readonly columns: readonly string[]; readonly total: number },
  ) {
    this.place = address.place
    this.#address = address
    this.#client = client
    this.#table = found.table
    this.#columns = found.columns
    this.total = found.total
  }

  static async open(url: string, table: string): Promise<PostgresSource> {
    const address = parsePostgresUrl(url)
    try {
      const client = await connectClient(address)
      try {
        // As the texts of times are read: a role or a database may be set to write them otherwise.
        await client.query("set datestyle = 'ISO, YMD'; set timezone = 'UTC'")
        await client.query('begin isolation level repeatable read read only')
        return new PostgresSource(address, client, await findTable(client, table, address.place))
      } catch (error) {
        await client.end()
        throw error
      }
    } catch (error) {
      throw toStoreError(error, address)
    }
  }

  async *pages(signal: AbortSignal): AsyncGenerator<EarlierPage> {
    const names = this.#columns.map(quoted).join(', ')
    const key = this.#columns.find((name) => name === 'id')
    const order = key === undefined ? '' : ` order by ${quoted(key)}`
    try {
      await this.#client.query(
        `declare earlier_rows no scroll cursor for select ${names} from ${this.#table}${order}`,
      )
      let done = 0
      for (;;) {
        signal.throwIfAborted()
        const { rows } = await this.#client.query<SourceValue[]>({
          text: `fetch ${ROWS_AT_ONCE} from earlier_rows`,
          rowMode: 'array',
          types: AS_TEXT,
        })
        if (rows.length === 0) return
        done += rows.length
        yield { columns: this.#columns, rows, done }
      }
    } catch (error) {
      throw signal.aborted ? error : toStoreError(error, this.#address)
    }
  }

  notes(): readonly never[] {
    return []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

async function findTable(
  client: Client,
  table: string,
  place: string,
): Promise<{ readonly table: string; readonly columns: readonly string[]; readonly total: number }> {
  const name = table.split('.').map(quoted).join('.')
  const found = await client.query<{ oid: string | null }>('select to_regclass($1)::oid::text as oid', [name])
  const oid = found.rows[0]?.oid ?? null
  if (oid === null) {
    const tables = await client.query<{ name: string }>(TABLES)
    throw tableMissing(
      table,
      place,
      tables.rows.map((row) => row.name),
    )
  }
  const { rows } = await client.query<{ name: string }>(COLUMNS, [oid])
  const columns = rows.map((row) => row.name)
  if (isOwnTable(columns)) throw ownTableRefused(place)
  const counted = await client.query<{ count: string }>(`select count(*) as count from ${name}`)
  return { table: name, columns, total: Number(counted.rows[0]?.count ?? 0) }
}
