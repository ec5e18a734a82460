import type { CheckedRemote } from './remote-options.ts'
import type { OutboxHealth } from './outbox.ts'
import type { StartAnswer } from './taken-starts.ts'

/** What the thread gets. Each is answered. */
export type OutboxCall =
  | {
      readonly kind: 'put'
      readonly id: number
      /** Lines with newlines between them: one text is sent to a thread much faster than many. */
      readonly text: string
      /** Answered when they are on the disk for good. */
      readonly durable: boolean
      readonly droppable: boolean
    }
  | { readonly kind: 'start'; readonly id: number; readonly task_id: string; readonly line: string }
  | { readonly kind: 'health'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number }

/** What it says. */
export type OutboxNews =
  | { readonly kind: 'opened'; readonly run: string }
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'health'; readonly health: OutboxHealth }
  | {
      readonly kind: 'answer'
      readonly id: number
      readonly value: StartAnswer | boolean
      readonly health: OutboxHealth
    }

export interface OutboxWorkerOptions {
  readonly remote: CheckedRemote
  readonly heartbeat_interval_ms: number
}
