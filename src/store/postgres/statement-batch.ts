import type { ClientBase, Submittable } from 'pg'
import { parameterText } from './postgres-values.ts'
import { parseOnce, type ProtocolConnection, type Statement } from './statement-protocol.ts'

/**
 * One statement for many lists of parameters: parsed once and sent without waiting for an answer in between, so
 * that a page of rows costs one round trip.
 */
class StatementBatch implements Submittable {
  /** With the name: the driver notes by them what the server has parsed. */
  readonly text: string
  readonly name: string
  readonly #rows: readonly (readonly unknown[])[]
  /** The driver wraps it to watch the time. */
  callback: (error: Error | null) => void

  constructor(
    { text, name }: Statement,
    rows: readonly (readonly unknown[])[],
    callback: (error: Error | null) => void,
  ) {
    this.text = text
    this.name = name
    this.#rows = rows
    this.callback = callback
  }

  submit = (given: unknown): Error | null => {
    const connection = given as ProtocolConnection
    let rows: (string | Uint8Array | null)[][]
    try {
      rows = this.#rows.map((row) => row.map(parameterText))
    } catch (error) {
      return error as Error
    }
    connection.stream.cork()
    parseOnce(connection, this)
    for (const values of rows) {
      connection.bind({ portal: '', statement: this.name, values })
      connection.execute({ portal: '', rows: 0 })
    }
    connection.sync()
    connection.stream.uncork()
    return null
  }

  handleError(error: Error): void {
    this.callback(error)
  }

  handleReadyForQuery(): void {
    this.callback(null)
  }

  // What the single executions answer says nothing more.
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
}

export function executeBatch(
  client: ClientBase,
  statement: Statement,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(
      new StatementBatch(statement, rows, (error) => {
        if (error === null) resolve()
        else reject(error)
      }),
    )
  })
}
