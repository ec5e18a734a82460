import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'

/** What becomes of a request for courses. */
export type CanvasMood = 'answers' | 'refuses' | 'holds'

/** A Canvas of two courses that answers, refuses, or lets a job wait until the test has done what it wants. */
export class ChoosyCanvas {
  mood: CanvasMood = 'answers'
  readonly url: string
  readonly #held = new Set<ServerResponse>()
  #onChange: () => void = () => {}

  private constructor(url: string) {
    this.url = url
  }

  static async start(): Promise<ChoosyCanvas> {
    const server = createServer((_request, response) => canvas.#answer(response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const canvas = new ChoosyCanvas(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    after(() => {
      server.closeAllConnections()
      server.close()
    })
    return canvas
  }

  /** Resolves as soon as a job waits for an answer. */
  async held(): Promise<void> {
    while (this.#held.size === 0) await this.#change()
  }

  /** Resolves as soon as none does. */
  async idle(): Promise<void> {
    while (this.#held.size > 0) await this.#change()
  }

  /** Answers those that wait. */
  release(): void {
    for (const response of this.#held) answer(response)
    this.#held.clear()
  }

  #answer(response: ServerResponse): void {
    if (this.mood === 'answers') answer(response)
    else if (this.mood === 'refuses')
      response
        .writeHead(401, { 'www-authenticate': 'Bearer realm="canvas-lms"' })
        .end('{"errors":[{"message":"Invalid access token."}]}')
    else {
      this.#held.add(response)
      response.on('close', () => {
        this.#held.delete(response)
        this.#onChange()
      })
    }
    this.#onChange()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve
    })
  }
}

function answer(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', link: '<http://x/>; rel="first"' })
  response.end('[{"id":"101"},{"id":"102"}]')
}
