import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { copyValue } from './copy-value.ts'

const CHUNK_CHARACTERS = 256 * 1024

/** Runs a `copy … from stdin` and answers how many rows the server took: all or none. */
export async function copyIn(client: ClientBase, statement: string, text: Iterable<string>): Promise<number> {
  const copying = client.query(copyFrom(statement))
  await pipeline(Readable.from(text, { objectMode: false }), copying)
  await finished(copying, { readable: false })
  return copying.rowCount
}

/** Rows as COPY takes them, in pieces. */
export function* copyText(rows: Iterable<readonly unknown[]>): Generator<string> {
  let text = ''
  for (const row of rows) {
    let sign = ''
    for (const value of row) {
      text += sign + copyValue(value)
      sign = '\t'
    }
    text += '\n'
    if (text.length < CHUNK_CHARACTERS) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}
