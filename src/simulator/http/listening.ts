import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The port of a server, which it leaves for a while when it is told to. */
export class Listening {
  readonly #server: Server
  #port = 0
  #return: NodeJS.Timeout | undefined
  #left: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(server: Server) {
    this.#server = server
  }

  /** Returns the port; 0 takes a free one. */
  async start(port: number): Promise<number> {
    await this.#listen(port)
    this.#port = (this.#server.address() as AddressInfo).port
    return this.#port
  }

  /** Resolves when connections are refused. Told again, it counts from then. */
  goAway(duration_ms: number): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    clearTimeout(this.#return)
    if (this.#server.listening) this.#left = this.#leave()
    this.#return = setTimeout(() => void this.#comeBack(), duration_ms)
    return this.#left
  }

  /** Drops every connection; a second call returns the first one's promise. */
  close(): Promise<void> {
    clearTimeout(this.#return)
    this.#closing ??= this.#server.listening ? this.#leave() : this.#left
    return this.#closing
  }

  async #comeBack(): Promise<void> {
    await this.#left
    if (this.#closing !== undefined) return
    try {
      await this.#listen(this.#port)
    } catch {
      // Somebody else has the port for now.
      this.#return = setTimeout(() => void this.#comeBack(), 1000)
    }
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  #leave(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}
