import type { Clock } from '../../core/clock.ts'

export interface StreamedTextOptions {
  /** Called once, when nothing more is wanted, however it ended; stops what makes the pieces. */
  readonly onEnd: () => void
  /** Default: none. */
  readonly limits?: StreamLimits | undefined
  /**
   * What ends before its end is broken off, so that no client takes a part for the whole; gets the error that was the
   * cause. The pieces may throw then. Default: it is closed as if it were whole.
   */
  readonly breaks?: (error: unknown) => void
}

/** Ends the connection in the middle of an answer. The cause is told elsewhere. */
class BrokenOff extends Error {
  constructor() {
    super('An answer was broken off.')
    // Whoever serves it prints it: where it was made says nothing.
    this.stack = this.message
  }
}

/** When it ends in any case: a client that does not read would hold on to it for ever. */
export interface StreamLimits {
  readonly clock: Clock
  /** Default: never. */
  readonly after_ms?: number | undefined
  /** When a client has not taken a piece for so long; a while longer, because it is not looked all the time. Default: never. */
  readonly unread_ms?: number | undefined
}

/** For streams that go on for ever. The connection of who reads nothing at all ends about then, too. */
export const UNREAD_MS = 120_000
const LOOKS = 8

/**
 * Pieces of text as the body of an answer. A piece is made when the client has taken the one before, so nothing piles
 * up. The pieces must not throw, unless it says what `breaks` does.
 */
export function streamedText(
  pieces: AsyncGenerator<string>,
  { onEnd, limits, breaks }: StreamedTextOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const ended = new AbortController()
  const end = (): void => {
    if (ended.signal.aborted) return
    ended.abort()
    onEnd()
  }
  /** How often it was looked since the last piece was made that nobody has taken; null while none waits. */
  let looks: number | null = null
  const nextOf = async (made: AsyncGenerator<string>): Promise<IteratorResult<string>> => {
    try {
      return await made.next()
    } catch (error) {
      // It tells what went wrong from what was stopped.
      if (!ended.signal.aborted) breaks?.(error)
      end()
      throw breaks === undefined ? error : new BrokenOff()
    }
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (limits === undefined) return
        const { clock, after_ms, unread_ms } = limits
        const closeLate = (): void => {
          if (ended.signal.aborted) return
          end()
          if (breaks === undefined) controller.close()
          else controller.error(new BrokenOff())
        }
        if (after_ms !== undefined) void clock.sleep(after_ms, ended.signal).then(closeLate, () => {})
        if (unread_ms === undefined) return
        const stopLooking = clock.every(unread_ms / LOOKS, () => {
          if (looks !== null && looks++ >= LOOKS) closeLate()
        })
        ended.signal.addEventListener('abort', stopLooking)
      },
      async pull(controller) {
        looks = null
        const { done, value } = await nextOf(pieces)
        // Cancelled, or out of time, while it was made.
        if (ended.signal.aborted) return
        if (done !== true) {
          looks = 0
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
