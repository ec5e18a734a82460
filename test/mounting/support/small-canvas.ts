import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the Canvas of a test does with requests: answer them, refuse the token, or keep them waiting for another mood. */
export type CanvasMood = 'answers' | 'refuses' | 'hangs'

export interface SmallCanvas extends AsyncDisposable {
  readonly url: string
  mood: CanvasMood
}

/** Two courses, behind whatever a job is to meet. */
export async function openSmallCanvas(): Promise<SmallCanvas> {
  let mood: CanvasMood = 'answers'
  const waiting: ServerResponse[] = []
  const answer = (response: ServerResponse): void => {
    if (mood === 'hangs') {
      waiting.push(response)
      return
    }
    const refused = mood === 'refuses'
    response.writeHead(refused ? 401 : 200, {
      'content-type': 'application/json',
      // By which Canvas says that it is the token.
      ...(refused ? { 'www-authenticate': 'Bearer realm="canvas-lms"' } : {}),
    })
    response.end(refused ? '{"errors":[{"message":"Invalid access token."}]}' : '[{"id":1},{"id":2}]')
  }
  const server = createServer((_request, response) => {
    answer(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get mood() {
      return mood
    },
    set mood(next) {
      mood = next
      for (const response of waiting.splice(0)) answer(response)
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
