import type { ClientBase, Submittable } from 'pg'
import { parameterText } from './postgres-values.ts'

/** What the driver's connection offers to those that speak the protocol themselves. */
interface ProtocolConnection {
  readonly stream: { cork(): void; uncork(): void }
  parse(message: { name: string; text: string; types: readonly number[] }): void
  bind(message: { portal: string; statement: string; values: readonly (string | null)[] }): void
  execute(message: { portal: string; rows: number }): void
  sync(): void
}

/**
 * One statement for many lists of parameters: parsed once and sent without waiting for an answer in between, so
 * that a page of rows costs one round trip.
 */
class StatementBatch implements Submittable {
  readonly #text: string
  readonly #rows: readonly (readonly unknown[])[]
  /** The driver wraps it to watch the time. */
  callback: (error: Error | null) => void

  constructor(text: string, rows: readonly (readonly unknown[])[], callback: (error: Error | null) => void) {
    this.#text = text
    this.#rows = rows
    this.callback = callback
  }

  submit = (given: unknown): Error | null => {
    const connection = given as ProtocolConnection
    let rows: (string | null)[][]
    try {
      rows = this.#rows.map((row) => row.map(parameterText))
    } catch (error) {
      return error as Error
    }
    connection.stream.cork()
    connection.parse({ name: '', text: this.#text, types: [] })
    for (const values of rows) {
      connection.bind({ portal: '', statement: '', values })
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
  text: string,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(
      new StatementBatch(text, rows, (error) => {
        if (error === null) resolve()
        else reject(error)
      }),
    )
  })
}
