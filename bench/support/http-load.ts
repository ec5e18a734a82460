import { connect } from 'node:net'
import { quantile } from '../benchmark.ts'

export interface LoadOptions {
  readonly host: string
  readonly port: number
  readonly connections: number
  /** Requests in this time do not count. */
  readonly warm_up_ms: number
  readonly duration_ms: number
  /** The address of each next request. */
  readonly next: () => string
  readonly headers?: string
  /**
   * Of all connections together. A request counts from when it was due, also when its connection was not free then.
   * Default: each connection asks again as soon as it has its answer.
   */
  readonly requests_per_second?: number
}

export interface LoadResult {
  readonly requests_per_second: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly max_ms: number
  /** Answers other than 2xx, by status. */
  readonly other_statuses: Readonly<Record<string, number>>
  readonly bytes_per_answer: number
  /** All that were sent, those of the warm-up too. */
  readonly requests: number
}

/**
 * Reads HTTP/1.1 with a content length or chunks by itself, so that the client takes little of the cores that it shares
 * with the server.
 */
export async function httpLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = []
  const others: Record<string, number> = {}
  let bytes = 0
  let requests = 0
  const begun = performance.now()
  const counts_from = begun + options.warm_up_ms
  const ends = counts_from + options.duration_ms
  const { requests_per_second } = options
  const interval_ms =
    requests_per_second === undefined ? 0 : (1000 * options.connections) / requests_per_second
  const one = (_: unknown, index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      let asked_at = 0
      let due_at = begun + (interval_ms * index) / options.connections
      let answer = new AnswerReader()
      const askWhenDue = (): void => {
        due_at += interval_ms
        const wait_ms = due_at - performance.now()
        if (interval_ms > 0 && wait_ms > 0) setTimeout(ask, wait_ms)
        else ask()
      }
      const ask = (): void => {
        asked_at = interval_ms > 0 ? due_at : performance.now()
        if (asked_at >= ends) {
          socket.destroy()
          resolve()
          return
        }
        requests++
        answer = new AnswerReader()
        socket.write(
          `GET ${options.next()} HTTP/1.1\r\nHost: ${options.host}:${options.port}\r\n${options.headers ?? ''}\r\n`,
        )
      }
      const read = (length: number, buffer: Uint8Array): boolean => {
        if (!answer.read(buffer.subarray(0, length))) return true
        const now = performance.now()
        if (now >= counts_from && now < ends) {
          latencies.push(now - asked_at)
          bytes += answer.bytes
          const { status } = answer
          if (!status.startsWith('2')) others[status] = (others[status] ?? 0) + 1
        }
        askWhenDue()
        return true
      }
      // One buffer for all that arrives: the client's garbage would otherwise cost more than its work.
      const socket = connect({
        port: options.port,
        host: options.host,
        noDelay: true,
        onread: { buffer: Buffer.alloc(256 * 1024), callback: read },
      })
      socket.on('connect', askWhenDue)
      socket.on('error', reject)
      socket.on('close', () => {
        resolve()
      })
    })
  await Promise.all(Array.from({ length: options.connections }, one))
  const sorted = Float64Array.from(latencies).sort()
  return {
    requests_per_second: latencies.length / (options.duration_ms / 1000),
    p50_ms: quantile(sorted, 0.5),
    p99_ms: quantile(sorted, 0.99),
    max_ms: sorted.at(-1) ?? 0,
    other_statuses: others,
    bytes_per_answer: latencies.length === 0 ? 0 : bytes / latencies.length,
    requests,
  }
}

/** Finds the end of one answer. */
class AnswerReader {
  status = ''
  bytes = 0
  #head = ''
  /** Of the body, with a content length; null for chunks, whose end is recognised. */
  #left: number | null = null
  #tail = ''

  /** True when the answer is whole. */
  read(piece: Uint8Array): boolean {
    this.bytes += piece.length
    let body = piece
    if (this.status === '') {
      const length_before = this.#head.length
      this.#head += Buffer.from(piece.subarray(0, 8192)).toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end === -1) return false
      this.status = this.#head.slice(9, 12)
      const length = /\r\ncontent-length: (\d+)/i.exec(this.#head.slice(0, end))?.[1]
      const is_chunked = /\r\ntransfer-encoding: chunked/i.test(this.#head.slice(0, end))
      this.#left = length === undefined && is_chunked ? null : Number(length ?? 0)
      body = piece.subarray(end + 4 - length_before)
    }
    if (this.#left !== null) {
      this.#left -= body.length
      return this.#left <= 0
    }
    this.#tail = (this.#tail + Buffer.from(body.subarray(-8)).toString('latin1')).slice(-8)
    return this.#tail.endsWith('0\r\n\r\n')
  }
}
