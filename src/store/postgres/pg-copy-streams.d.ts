declare module 'pg-copy-streams' {
  import type { Writable } from 'node:stream'
  import type { Submittable } from 'pg'

  /** To be given to `client.query`; resolves its `finish` when the server has taken all rows. */
  export function from(statement: string): Writable & Submittable & { readonly rowCount: number }
}
