import type { ChannelKind } from '../core/notification.ts'
import type { Message } from './message.ts'

/** One message on its way. */
export interface Letter {
  /** The same at each attempt at the same rows: who gets it twice can tell. */
  readonly id: string
  readonly message: Message
  /** When its first row was made, epoch milliseconds. */
  readonly created_at: number
  /** Of the message that told the opening of what is told now; null where there is none, or several. */
  readonly reference: string | null
  /** What an earlier attempt left behind. */
  readonly progress: string | null
  readonly signal: AbortSignal
}

/**
 * How an attempt went. `error` is a closed word such as `http_500`, never words of the other side.
 *
 * `failed`: this message will never be taken. `slowly`: only a person can mend it, so that it is tried seldom.
 * `perhaps`: the other side may have got it.
 */
export type SendResult =
  | { readonly outcome: 'sent'; readonly reference?: string; readonly error?: string }
  | {
      readonly outcome: 'again'
      readonly error: string
      readonly retry_after_ms?: number
      readonly slowly?: boolean
      readonly perhaps?: boolean
      readonly progress?: string
    }
  | { readonly outcome: 'failed'; readonly error: string }

/** Where messages go. A channel is whatever passes `test/delivery/channels/channel-suite.ts`. */
export interface Channel {
  readonly name: string
  readonly kind: ChannelKind
  /** Where it goes, as may be shown: `#canvas-sync-alerts`, `2 recipients`. Never a secret. */
  readonly target: string
  /** Never throws, and ends soon after the signal aborts. */
  send(letter: Letter): Promise<SendResult>
}
