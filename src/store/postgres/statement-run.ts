import type { ClientBase, Submittable } from 'pg'
import { parameterText, resultTypes } from './postgres-values.ts'
import { parseOnce, type ProtocolConnection, type Statement } from './statement-protocol.ts'

/** What the driver hands on of the server's messages. */
interface RowDescription {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}
interface DataRow {
  readonly fields: readonly (string | null)[]
}
interface CommandComplete {
  /** Such as `SELECT 5` or `INSERT 0 1`. */
  readonly text: string
}

type Parser = (text: string) => unknown

/** The columns of a statement's rows: the server is asked for them once, for each connection and name. */
export interface ResultColumns {
  readonly names: readonly string[]
  readonly parsers: readonly Parser[]
}

export interface StatementResult {
  readonly columns: ResultColumns
  /** The values of each row. */
  readonly rows: unknown[][]
  readonly command: string
}

const NO_COLUMNS: ResultColumns = { names: [], parsers: [] }

function columnsOf({ fields }: RowDescription): ResultColumns {
  const parsers = fields.map(({ dataTypeID }) => resultTypes.getTypeParser(dataTypeID) as Parser)
  return { names: fields.map(({ name }) => name), parsers }
}

/**
 * One statement with one list of parameters. The driver's own query has the columns described anew with each call, and
 * to read that costs more than a row.
 */
class StatementRun implements Submittable {
  /** With the name: the driver notes by them what the server has parsed. */
  readonly text: string
  readonly name: string
  readonly parameters: readonly unknown[]
  #columns: ResultColumns | null
  readonly #rows: unknown[][] = []
  #command = ''
  /** The driver wraps it to watch the time. */
  callback: (error: Error | null, result?: StatementResult) => void

  constructor(
    { text, name }: Statement,
    parameters: readonly unknown[],
    columns: ResultColumns | null,
    callback: (error: Error | null, result?: StatementResult) => void,
  ) {
    this.text = text
    this.name = name
    this.parameters = parameters
    this.#columns = columns
    this.callback = callback
  }

  submit = (given: unknown): Error | null => {
    const connection = given as ProtocolConnection
    let values: (string | Uint8Array | null)[]
    try {
      values = this.parameters.map(parameterText)
    } catch (error) {
      return error as Error
    }
    connection.stream.cork()
    parseOnce(connection, this)
    connection.bind({ portal: '', statement: this.name, values })
    if (this.#columns === null) connection.describe({ type: 'P', name: '' })
    connection.execute({ portal: '', rows: 0 })
    connection.sync()
    connection.stream.uncork()
    return null
  }

  handleRowDescription(description: RowDescription): void {
    this.#columns = columnsOf(description)
  }

  handleDataRow({ fields }: DataRow): void {
    const parsers = this.#columns?.parsers ?? []
    const values: unknown[] = fields as unknown[]
    parsers.forEach((parse, index) => {
      const field = values[index]
      if (field !== null) values[index] = parse(field as string)
    })
    this.#rows.push(values)
  }

  handleCommandComplete({ text }: CommandComplete): void {
    this.#command = text
  }

  handleEmptyQuery(): void {}

  handleError(error: Error): void {
    this.callback(error)
  }

  handleReadyForQuery(): void {
    this.callback(null, { columns: this.#columns ?? NO_COLUMNS, rows: this.#rows, command: this.#command })
  }
}

/** @param columns of an earlier result of the same name on this connection; null when there was none */
export function runStatement(
  client: ClientBase,
  statement: Statement,
  parameters: readonly unknown[],
  columns: ResultColumns | null,
): Promise<StatementResult> {
  return new Promise((resolve, reject) => {
    client.query(
      new StatementRun(statement, parameters, columns, (error, result) => {
        if (error === null && result !== undefined) resolve(result)
        else reject(error ?? new Error('no result'))
      }),
    )
  })
}

export function rowsOf({ columns: { names }, rows }: StatementResult): object[] {
  return rows.map((values) => {
    const row: Record<string, unknown> = {}
    for (const [index, name] of names.entries()) row[name] = values[index]
    return row
  })
}

/** How many rows a command changed; null for one that changes none. */
export function changedRows({ command }: StatementResult): number | null {
  const found = /^(?:INSERT|UPDATE|DELETE|MERGE)\b.* (\d+)$/.exec(command)
  return found === null ? null : Number(found[1])
}
