import type { ClientBase } from 'pg'
import { isOutdatedStatement } from './postgres-errors.ts'
import { executeBatch } from './statement-batch.ts'
import { forgetStatement } from './statement-protocol.ts'
import { runStatement, type ResultColumns, type StatementResult } from './statement-run.ts'

/** Each is some ten kilobytes in the server, for every connection. */
const MOST_TEXTS = 256

interface Known {
  /** Empty: came once. */
  name: string
  columns: ResultColumns | null
}

/**
 * The statements of one connection. A text that comes for the second time becomes a prepared statement with a name, so
 * that the server plans it once and not each time; the one that was not used for the longest time gives its place to a
 * new one. Must be asked for one thing after the other.
 */
export class PreparedStatements {
  readonly #client: ClientBase
  readonly #most: number
  /** By text, the one used last at the end. */
  readonly #known = new Map<string, Known>()
  #last_name = 0

  constructor(client: ClientBase, most: number = MOST_TEXTS) {
    this.#client = client
    this.#most = most
  }

  async run(text: string, parameters: readonly unknown[]): Promise<StatementResult> {
    const known = await this.#use(text)
    const { name, columns } = known
    try {
      const result = await runStatement(this.#client, { text, name }, parameters, columns)
      // A statement whose rows would get other columns is refused by the server from then on.
      if (name !== '') known.columns = result.columns
      return result
    } catch (error) {
      if (isOutdatedStatement(error)) this.#known.delete(text)
      throw error
    }
  }

  /** The statement for each list of parameters. */
  async runMany(text: string, rows: readonly (readonly unknown[])[]): Promise<void> {
    const { name } = await this.#use(text)
    await executeBatch(this.#client, { text, name }, rows)
  }

  async #use(text: string): Promise<Known> {
    const known = this.#known.get(text)
    if (known === undefined) {
      const once: Known = { name: '', columns: null }
      this.#known.set(text, once)
      await this.#forgetOldest()
      return once
    }
    this.#known.delete(text)
    this.#known.set(text, known)
    // A name is never given a second time.
    if (known.name === '') known.name = `canvas_sync_${++this.#last_name}`
    return known
  }

  async #forgetOldest(): Promise<void> {
    const [oldest] = this.#known
    if (this.#known.size <= this.#most || oldest === undefined) return
    const [text, { name }] = oldest
    this.#known.delete(text)
    if (name !== '') await forgetStatement(this.#client, name)
  }
}
