import { isInPieces } from './respond.ts'

/** The same response, which tells when its body is made: all of it, or nobody wants the rest. */
export function watchBody(response: Response, onEnd: () => void): Response {
  const { body, status, headers } = response
  if (body === null || !isInPieces(response)) {
    onEnd()
    return response
  }
  const reader = body.getReader()
  const pieces = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (!done) {
            controller.enqueue(value)
            return
          }
          controller.close()
        } catch (error) {
          controller.error(error)
        }
        onEnd()
      },
      async cancel(reason) {
        onEnd()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(pieces, { status, headers })
}
