import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../core/clock.ts'
import type { StoreParts } from '../store.ts'
import { HeartbeatKeeper } from '../heartbeats/heartbeat-keeper.ts'
import { ReadingStore } from './reading-store.ts'
import { SqliteStore } from './sqlite-store.ts'
import {
  OPENED,
  packError,
  type AnswerMessage,
  type CallMessage,
  type StorePart,
  type WorkerOptions,
} from './worker-protocol.ts'

/** The thread that owns the SQLite connections: the job's event loop never waits for a disk. */
const port = parentPort
if (port === null) throw new Error('store-worker runs as a worker thread')

const send = (answer: AnswerMessage): void => {
  port.postMessage(answer, bytesIn(answer.value))
}

/** Bytes that an answer has all to itself, which then move to the other thread instead of being copied. */
function bytesIn(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.values(value).flatMap((member: unknown) =>
    member instanceof Uint8Array &&
    member.buffer instanceof ArrayBuffer &&
    member.byteLength === member.buffer.byteLength
      ? [member.buffer]
      : [],
  )
}

type Callable = Record<string, (...args: readonly unknown[]) => Promise<unknown>>

interface Served {
  readonly parts: StoreParts
  /** The store as a whole. */
  readonly store: { close(): Promise<void> }
  /** Learns of each call that was answered. */
  readonly onAnswered: (part: StorePart, method: string, args: readonly unknown[], value: unknown) => void
  readonly onClosed: () => void
}

function serve({ parts, store, onAnswered, onClosed }: Served): (message: CallMessage) => Promise<void> {
  const called = { ...parts, store } as unknown as Record<string, Callable>
  return async ({ id, part, method, args }) => {
    try {
      const value = await called[part]?.[method]?.(...args)
      onAnswered(part, method, args, value)
      send({ id, value })
    } catch (error) {
      send({ id, error: packError(error) })
    }
    if (part === 'store' && method === 'close') {
      onClosed()
      port?.close()
    }
  }
}

function openWriter({ path, heartbeat_interval_ms, file }: WorkerOptions): Served {
  const store = new SqliteStore(path, file)
  const keeper = new HeartbeatKeeper(store.syncs, systemClock, heartbeat_interval_ms)
  return {
    parts: store,
    store,
    onAnswered: (part, method, args, value) => {
      if (part === 'syncs') keeper.follow(method, args, value)
    },
    onClosed: () => {
      keeper.stop()
    },
  }
}

function openReader({ path }: WorkerOptions): Served {
  const store = new ReadingStore(path)
  return { parts: store.parts, store, onAnswered: () => {}, onClosed: () => {} }
}

try {
  const options = workerData as WorkerOptions
  const answer = serve(options.role === 'writer' ? openWriter(options) : openReader(options))
  port.on('message', (message: CallMessage) => void answer(message))
  send({ id: OPENED })
} catch (error) {
  send({ id: OPENED, error: packError(error) })
  port.close()
}
