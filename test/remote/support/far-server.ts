import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { newSecret } from '../../../src/core/access-secret.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const CHILD = fileURLToPath(new URL('../children/serve.ts', import.meta.url))

/** A real server in a process of its own, which can be away and come back at the same address. */
export class FarServer {
  readonly directory: string = temporaryDirectory()
  readonly database: string = `sqlite:${join(this.directory, 'syncs.db')}`
  readonly logs: string = join(this.directory, 'logs')
  readonly #access: 'open' | 'closed'
  #process: ChildProcess | null = null
  #url = ''
  #token = ''

  private constructor(access: 'open' | 'closed') {
    this.#access = access
  }

  static async start(access: 'open' | 'closed' = 'open'): Promise<FarServer> {
    const server = new FarServer(access)
    if (access === 'closed') server.#token = await newToken(server.database, 'job')
    await server.come()
    after(() => server.kill())
    return server
  }

  get url(): string {
    return this.#url
  }

  async come(): Promise<void> {
    const port = this.#url === '' ? '0' : new URL(this.#url).port
    const child = fork(CHILD, [this.directory, port, this.#access])
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The server did not start.')))
    ended.catch(() => undefined)
    const [url] = (await Promise.race([once(child, 'message'), ended])) as [string]
    this.#process = child
    this.#url = url
  }

  async kill(): Promise<void> {
    const child = this.#process
    this.#process = null
    if (child === null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  /** One that it takes, when it asks for one. */
  get token(): string {
    return this.#token
  }
}

/** For reports, of this name. */
export async function newToken(database: string, name: string): Promise<string> {
  const { id, text, digest } = newSecret('token')
  const at = Date.now()
  const nobody = { actor_id: null, user_id: null, route: null, address: null }
  const entry = { at, actor_kind: 'cli', action: 'token_created', target: id, ...nobody } as const
  const token = {
    id,
    name,
    scopes: ['ingest'],
    created_at: at,
    created_by: 'cli',
    expires_at: null,
  } as const
  await using store = await openStore(database)
  await store.access.createToken({ ...token, digest }, entry)
  return text
}
