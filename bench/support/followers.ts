import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Clients that follow all changes of a server and read as fast as they can. */
export class Followers implements Disposable {
  readonly #sockets: Socket[] = []
  bytes = 0

  static async open(url: string, count: number): Promise<Followers> {
    const followers = new Followers()
    const { port, host } = new URL(url)
    for (let index = 0; index < count; index++) {
      const socket = connect(Number(port), '127.0.0.1')
      followers.#sockets.push(socket)
      socket.write(`GET /api/canvas/metrics/events HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
      await once(socket, 'data')
      socket.on('data', (chunk: Buffer) => {
        followers.bytes += chunk.length
      })
    }
    return followers
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
