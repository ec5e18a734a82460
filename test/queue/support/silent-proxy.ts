import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** Stands between clients and a PostgreSQL server, and stops passing anything on without closing anything, as a lost network. */
export class SilentProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #target: URL
  readonly #sockets = new Set<Socket>()
  #silent = false
  #lost: { lost: boolean }[] = []
  #last_words: string | null = null

  private constructor(server: Server, target: URL) {
    this.#server = server
    this.#target = target
    server.on('connection', (client) => {
      this.#join(client)
    })
  }

  static async before(url: string): Promise<SilentProxy> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new SilentProxy(server, new URL(url))
  }

  get url(): string {
    const url = new URL(this.#target)
    url.port = String((this.#server.address() as AddressInfo).port)
    return url.href
  }

  /** Neither what is open nor what is opened gets through. */
  silence(): void {
    this.#silent = true
    for (const connection of this.#lost) connection.lost = true
    this.#lost = []
  }

  /** … from when a client has sent this on, which still arrives. */
  silenceAfter(words: string): void {
    this.#last_words = words
  }

  /** What is opened from now on gets through; what was open before never will. */
  speak(): void {
    this.#silent = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket): void {
    const connection = { lost: this.#silent }
    this.#keep(client)
    client.on('error', () => {})
    if (connection.lost) return
    this.#lost.push(connection)
    const server = connect(Number(this.#target.port), this.#target.hostname)
    this.#keep(server)
    const end = (): void => {
      if (connection.lost) return
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) socket.on('error', end).on('close', end)
    client.on('data', (chunk: Buffer) => {
      if (connection.lost) return
      server.write(chunk)
      if (this.#last_words === null || !chunk.includes(this.#last_words)) return
      this.#last_words = null
      this.silence()
    })
    server.on('data', (chunk) => {
      if (!connection.lost) client.write(chunk)
    })
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
  }
}
