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
 * Closed loop: each connection asks again as soon as it has its answer. Reads HTTP/1.1 with a content length or chunks by
 * itself, so that the client takes little of the cores that it shares with the server.
 */
export async function httpLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = []
  const others: Record<string, number> = {}
  let bytes = 0
  let requests = 0
  const begun = performance.now()
  const counts_from = begun + options.warm_up_ms
  const ends = counts_from + options.duration_ms
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(options.port, options.host)
      socket.setNoDelay(true)
      let asked_at = 0
      let received: Buffer = Buffer.alloc(0)
      const ask = (): void => {
        asked_at = performance.now()
        if (asked_at >= ends) {
          socket.destroy()
          resolve()
          return
        }
        requests++
        socket.write(
          `GET ${options.next()} HTTP/1.1\r\nHost: ${options.host}:${options.port}\r\n${options.headers ?? ''}\r\n`,
        )
      }
      socket.on('connect', ask)
      socket.on('error', reject)
      socket.on('close', () => {
        resolve()
      })
      socket.on('data', (chunk: Buffer) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
        const length = answerLength(received)
        if (length === null || received.length < length) return
        const now = performance.now()
        if (now >= counts_from && now < ends) {
          latencies.push(now - asked_at)
          bytes += length
          const status = received.toString('latin1', 9, 12)
          if (!status.startsWith('2')) others[status] = (others[status] ?? 0) + 1
        }
        received = received.subarray(length)
        ask()
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

/** Bytes of the first answer in the buffer, its head included; null while that is not known. */
function answerLength(received: Buffer): number | null {
  const head_end = received.indexOf('\r\n\r\n')
  if (head_end === -1) return null
  const head = received.toString('latin1', 0, head_end)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  if (length !== undefined) return head_end + 4 + Number(length)
  if (!/\r\ntransfer-encoding: chunked/i.test(head)) return head_end + 4
  const end = received.indexOf('0\r\n\r\n', head_end + 2)
  return end === -1 ? null : end + 5
}
