import { connect, type Socket } from 'node:net'
import type { ReadersOrder, ReadersReport } from './event-load.ts'

/**
 * A process that follows the changes of a server over so many plain sockets, and leaves some of them unread until it is
 * told. It gets a {@link ReadersOrder}, says `connected` when all are answered, then gets `resume`, then the last id; its
 * report is sent when every socket has seen that.
 */
class Reader {
  readonly socket: Socket
  readonly lags_ms: number[] = []
  last_id = 0
  events = 0
  in_order = true
  #text = ''
  #measures: boolean

  constructor(socket: Socket, measures: boolean) {
    this.socket = socket
    this.#measures = measures
  }

  take(chunk: Buffer): void {
    const text = this.#text + chunk.toString('latin1')
    let from = 0
    for (;;) {
      const end = text.indexOf('\n\n', from)
      if (end === -1) break
      this.#takeBlock(text.slice(from, end))
      from = end + 2
    }
    this.#text = text.slice(from)
  }

  #takeBlock(block: string): void {
    const [, id] = /(?:^|\n)id: (\d+)(?:\n|$)/.exec(block) ?? []
    if (id === undefined || !block.includes('\nevent: sync\n')) return
    this.in_order &&= Number(id) > this.last_id
    this.last_id = Number(id)
    this.events++
    const [, started_ns] = /"sync_task_id":"at-(\d+)"/.exec(block) ?? []
    if (this.#measures && started_ns !== undefined) {
      this.lags_ms.push(Number(process.hrtime.bigint() - BigInt(started_ns)) / 1e6)
    }
  }
}

const readers: Reader[] = []
const stalled: Reader[] = []

function open({ port, path }: ReadersOrder, after: number | null, stalls: boolean): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  const reader = new Reader(socket, !stalls)
  ;(stalls ? stalled : readers).push(reader)
  const from = after === null ? '' : `?after=${after}`
  socket.write(`GET ${path}${from} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('data', (chunk: Buffer) => {
      if (!chunk.toString('latin1', 0, 15).includes(' 200 ')) {
        reject(new Error(chunk.toString('latin1', 0, 200)))
        return
      }
      reader.take(chunk)
      socket.on('data', (later: Buffer) => {
        reader.take(later)
      })
      if (stalls) socket.pause()
      resolve()
    })
  })
}

async function untilAll(reached: number): Promise<void> {
  const all = [...readers, ...stalled]
  while (all.some((reader) => reader.last_id < reached))
    await new Promise((resolve) => setTimeout(resolve, 20))
}

function report(): ReadersReport {
  const lags_ms = readers.flatMap((reader) => reader.lags_ms).sort((a, b) => a - b)
  return {
    in_order: [...readers, ...stalled].every((reader) => reader.in_order),
    live_events: readers.map((reader) => reader.events),
    stalled_events: stalled.map((reader) => reader.events),
    p50_ms: lags_ms[lags_ms.length >> 1] ?? 0,
    p99_ms: lags_ms[Math.floor(lags_ms.length * 0.99)] ?? 0,
    worst_ms: lags_ms.at(-1) ?? 0,
  }
}

process.on('message', (message: ReadersOrder | 'resume' | { readonly last_id: number }) => {
  void (async () => {
    if (message === 'resume') for (const { socket } of stalled) socket.resume()
    else if ('last_id' in message) {
      await untilAll(message.last_id)
      process.send?.(report(), () => process.exit())
    } else {
      for (let index = 0; index < message.stalled; index++) await open(message, 0, true)
      for (let index = 0; index < message.live; index++) await open(message, null, false)
      process.send?.('connected')
    }
  })()
})
