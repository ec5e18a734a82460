import type { CheckedRemote } from './remote-options.ts'
import type { OutboxHealth } from './outbox.ts'
import type { StartAnswer } from './taken-starts.ts'

/** What the thread gets. */
export type OutboxCall =
  | { readonly kind: 'add'; readonly lines: readonly string[]; readonly droppable: boolean }
  /** With an answer when it is on the disk. */
  | { readonly kind: 'keep'; readonly id: number; readonly lines: readonly string[] }
  | { readonly kind: 'start'; readonly id: number; readonly task_id: string; readonly line: string }
  | { readonly kind: 'ended'; readonly task_id: string }
  | { readonly kind: 'close'; readonly id: number }

/** What it says. */
export type OutboxNews =
  | { readonly kind: 'opened'; readonly run: string }
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'health'; readonly health: OutboxHealth }
  | { readonly kind: 'answer'; readonly id: number; readonly value: StartAnswer | boolean }

export interface OutboxWorkerOptions {
  readonly remote: CheckedRemote
  readonly heartbeat_interval_ms: number
}
