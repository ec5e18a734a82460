import type { ClientBase } from 'pg'

/** What the driver's connection offers to those that speak the protocol themselves. */
export interface ProtocolConnection {
  readonly stream: { cork(): void; uncork(): void }
  /** The texts of the statements that the server knows, by name. The driver adds to it. */
  readonly parsedStatements: Record<string, string>
  parse(message: { name: string; text: string; types: readonly number[] }): void
  bind(message: { portal: string; statement: string; values: readonly (string | Uint8Array | null)[] }): void
  describe(message: { type: 'P'; name: string }): void
  execute(message: { portal: string; rows: number }): void
  sync(): void
}

/** A statement, and the name under which the server keeps it; without one it keeps none. */
export interface Statement {
  readonly text: string
  readonly name: string
}

/** Tells the server the text, unless it knows it by its name. */
export function parseOnce(connection: ProtocolConnection, { name, text }: Statement): void {
  if (name === '' || connection.parsedStatements[name] === undefined) {
    connection.parse({ name, text, types: [] })
  }
}

/** Makes the server forget a statement. */
export async function forgetStatement(client: ClientBase, name: string): Promise<void> {
  await client.query(`deallocate ${client.escapeIdentifier(name)}`)
  const { connection } = client as unknown as { connection: ProtocolConnection }
  delete connection.parsedStatements[name]
}
