import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** When the proxy cuts a connection: before the server gets what was sent, or before the client gets the answer. */
export type Cut = 'before it is sent' | 'before it is answered'

/** Stands between a client and a PostgreSQL server and cuts the connection at a chosen statement. */
export class CutProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #target: URL
  readonly #sockets = new Set<Socket>()
  readonly #cuts: { readonly statement: string; readonly cut: Cut }[] = []
  /** How many connections were cut. */
  cut_count = 0

  private constructor(server: Server, target: URL) {
    this.#server = server
    this.#target = target
    server.on('connection', (client) => {
      this.#join(client)
    })
  }

  static async before(url: string): Promise<CutProxy> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new CutProxy(server, new URL(url))
  }

  get url(): string {
    const url = new URL(this.#target)
    url.port = String((this.#server.address() as AddressInfo).port)
    return url.href
  }

  /** The next time that a client sends this statement by itself. */
  cutNext(statement: string, cut: Cut): void {
    this.#cuts.push({ statement, cut })
  }

  /** Breaks what is open; new connections are let through. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cutAll()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket): void {
    const server = connect(Number(this.#target.port), this.#target.hostname)
    let deaf = false
    const end = (): void => {
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        end()
      })
    }
    client.on('data', (chunk: Buffer) => {
      const cut = this.#takeCut(chunk)
      if (cut !== undefined) this.cut_count++
      if (cut === 'before it is sent') end()
      else {
        deaf ||= cut === 'before it is answered'
        server.write(chunk)
      }
    })
    server.on('data', (chunk) => {
      if (deaf) end()
      else client.write(chunk)
    })
  }

  #takeCut(chunk: Buffer): Cut | undefined {
    const found = this.#cuts.findIndex(({ statement }) => chunk.includes(`${statement}\0`))
    return found === -1 ? undefined : this.#cuts.splice(found, 1)[0]?.cut
  }
}
