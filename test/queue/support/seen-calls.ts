import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** One request as the kernel and the HTTP server saw it: what nobody of ours has counted. */
export interface SeenCall {
  readonly at_ms: number
  /** Of the answer; Infinity while there is none. */
  ended_ms: number
  readonly token: string
  readonly path: string
  /** The process at the other end of the connection; 0 when it was gone before it could be looked up. */
  readonly pid: number
}

interface RequestStart {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly socket: Socket
}

/** Watches every request to HTTP servers of this process, and which process made it. */
export class SeenCalls implements Disposable {
  readonly calls: SeenCall[] = []
  /** Those that may be at the other end. */
  readonly pids: Set<number> = new Set()
  readonly #pid_of = new WeakMap<Socket, number>()
  readonly #onRequest: (message: unknown) => void = (message: unknown): void => {
    const { request, response, socket } = message as RequestStart
    const call: SeenCall = {
      at_ms: performance.now(),
      ended_ms: Number.POSITIVE_INFINITY,
      token: (request.headers.authorization ?? '').replace('Bearer ', ''),
      path: (request.url ?? '').replace(/\?.*/, ''),
      pid: this.#pidOf(socket),
    }
    response.on('close', () => (call.ended_ms = performance.now()))
    this.calls.push(call)
  }

  constructor() {
    subscribe('http.server.request.start', this.#onRequest)
  }

  [Symbol.dispose](): void {
    unsubscribe('http.server.request.start', this.#onRequest)
  }

  #pidOf(socket: Socket): number {
    let pid = this.#pid_of.get(socket)
    if (pid === undefined) {
      pid = processBehind(socket, this.pids)
      this.#pid_of.set(socket, pid)
    }
    return pid
  }
}

/** Which of these processes is at the other end of a connection over loopback; 0 for none. */
function processBehind({ localPort, remotePort }: Socket, pids: ReadonlySet<number>): number {
  const [ours, theirs] = [localPort ?? 0, remotePort ?? 0].map(
    (port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`,
  )
  const inode = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    // A port serves several connections to different ends.
    .find(([, local, remote, , , , , , , socket]) => {
      return local?.endsWith(theirs ?? '') && remote?.endsWith(ours ?? '') && socket !== '0'
    })?.[9]
  if (inode === undefined) return 0
  for (const pid of pids) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        if (readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`) return pid
      }
    } catch {
      // Gone, or the descriptor was closed meanwhile.
    }
  }
  return 0
}

const FIRST_CALL = '/api/v1/users/self'

/**
 * Where two syncs of one token ran at the same time: a sync begins with its connection test, and from then on no other
 * process may ask for anything with the token until it begins a sync of its own.
 */
export function overlaps(calls: readonly SeenCall[], diedAt: (pid: number) => number): string[] {
  const found: string[] = []
  const current = new Map<string, SeenCall>()
  const open = new Map<string, SeenCall[]>()
  for (const call of calls) {
    const running = current.get(call.token)
    const others = (open.get(call.token) ?? []).filter(
      (other) => Math.min(other.ended_ms, diedAt(other.pid)) > call.at_ms,
    )
    open.set(call.token, [...others, call])
    if (call.pid === 0) continue
    if (call.path === FIRST_CALL) {
      const beside = others.find((other) => other.pid !== call.pid && other.pid !== 0)
      if (beside !== undefined)
        found.push(`${call.pid} began at ${call.at_ms} while ${beside.pid} asked ${beside.path}`)
      current.set(call.token, call)
    } else if (running !== undefined && running.pid !== call.pid) {
      found.push(`${call.pid} asked ${call.path} at ${call.at_ms} in the sync of ${running.pid}`)
    }
  }
  return found
}
