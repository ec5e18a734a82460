import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the Canvas of a test does with requests: answer them, refuse the token, or keep them waiting for ever. */
export type CanvasMood = 'answers' | 'refuses' | 'hangs'

export interface SmallCanvas extends AsyncDisposable {
  readonly url: string
  mood: CanvasMood
}

/** Two courses, behind whatever a job is to meet. */
export async function openSmallCanvas(): Promise<SmallCanvas> {
  const server = createServer((_request, response) => {
    if (canvas.mood === 'hangs') return
    const refused = canvas.mood === 'refuses'
    response.writeHead(refused ? 401 : 200, {
      'content-type': 'application/json',
      // By which Canvas says that it is the token.
      ...(refused ? { 'www-authenticate': 'Bearer realm="canvas-lms"' } : {}),
    })
    response.end(refused ? '{"errors":[{"message":"Invalid access token."}]}' : '[{"id":1},{"id":2}]')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const canvas = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood: 'answers' as CanvasMood,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  return canvas
}
