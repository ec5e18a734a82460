import type { Clock } from '../../core/clock.ts'

export interface StreamedTextOptions {
  /** Called once, when nothing more is wanted, however it ended; stops what makes the pieces. */
  readonly onEnd: () => void
  /** After so long it ends in any case: a client that does not read would hold on to it for ever. Default: never. */
  readonly deadline?: { readonly clock: Clock; readonly after_ms: number } | undefined
}

/**
 * Pieces of text as the body of an answer. A piece is made when the client has taken the one before, so nothing piles
 * up. The pieces must not throw.
 */
export function streamedText(
  pieces: AsyncGenerator<string>,
  { onEnd, deadline }: StreamedTextOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const ended = new AbortController()
  const end = (): void => {
    if (ended.signal.aborted) return
    ended.abort()
    onEnd()
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (deadline === undefined) return
        const closeLate = (): void => {
          end()
          controller.close()
        }
        void deadline.clock.sleep(deadline.after_ms, ended.signal).then(closeLate, () => {})
      },
      async pull(controller) {
        const { done, value } = await pieces.next()
        // Cancelled, or out of time, while it was made.
        if (ended.signal.aborted) return
        if (done !== true) {
          controller.enqueue(encoder.encode(value))
          return
        }
        end()
        controller.close()
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  )
}
