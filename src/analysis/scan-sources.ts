import type { LogStream } from '../core/log-event.ts'
import type { KernelDump } from './kernel/kernel.ts'
import type { Segment, SegmentResult } from './scan-segment.ts'
import { scanHere, startThread, type ScanThread } from './scan-threads.ts'
import type { WorkerAnswer, WorkerRequest, WorkerSettings } from './worker-protocol.ts'

/** Lines that were counted more than once. */
export interface Copies {
  readonly stream: LogStream
  readonly lines: readonly string[]
}

export interface ScanOptions {
  readonly settings: WorkerSettings
  /** 0 scans on this thread. */
  readonly threads: number
  readonly signal?: AbortSignal | undefined
  readonly onBytes: (bytes: number) => void
  /** Looks for lines that several segments hold; what it yields is taken out of the counts. */
  readonly findCopies: (results: readonly SegmentResult[]) => AsyncIterable<Copies>
}

export interface Scan {
  /** In the order of the segments. */
  readonly results: readonly SegmentResult[]
  readonly dumps: readonly KernelDump[]
  readonly duplicate_lines: number
}

/** Has the segments counted, each by the next thread that is free. @throws the signal's reason; MonitorError `internal` */
export async function scanSources(segments: readonly Segment[], options: ScanOptions): Promise<Scan> {
  const { signal, settings } = options
  signal?.throwIfAborted()
  const crew = new Crew(settings, options.threads, options.onBytes)
  const abort = (): void => crew.fail(signal?.reason)
  signal?.addEventListener('abort', abort)
  try {
    const results = await crew.scanAll(segments)
    let duplicate_lines = 0
    for await (const copies of options.findCopies(results)) {
      signal?.throwIfAborted()
      duplicate_lines += copies.lines.length
      await crew.ask({ kind: 'copies', ...copies })
    }
    return { results, dumps: await crew.dumps(), duplicate_lines }
  } finally {
    signal?.removeEventListener('abort', abort)
    await crew.close()
  }
}

/** The threads, and what they still owe. */
class Crew {
  readonly #threads: readonly ScanThread[]
  readonly #onBytes: (bytes: number) => void
  readonly #waiting = new Map<ScanThread, (answer: WorkerAnswer) => void>()
  readonly #failed: Promise<never>
  fail: (error: unknown) => void = () => {}

  constructor(settings: WorkerSettings, count: number, onBytes: (bytes: number) => void) {
    this.#onBytes = onBytes
    this.#failed = new Promise((_, reject) => {
      this.fail = reject
    })
    // Nobody may be waiting when it happens.
    this.#failed.catch(() => {})
    const listener = {
      onAnswer: (answer: WorkerAnswer, thread: ScanThread) => this.#hear(answer, thread),
      onFailure: (error: unknown) => this.fail(error),
    }
    this.#threads =
      count === 0
        ? [scanHere(settings, listener)]
        : Array.from({ length: count }, () => startThread(settings, listener))
  }

  async scanAll(segments: readonly Segment[]): Promise<SegmentResult[]> {
    const results: SegmentResult[] = []
    let next = 0
    const serve = async (thread: ScanThread): Promise<void> => {
      for (let index = next++; index < segments.length; index = next++) {
        const segment = segments[index]
        if (!segment) return
        const answer = await this.#ask(thread, { kind: 'segment', index, segment })
        if (answer.kind === 'segment') results[index] = answer.result
      }
    }
    await Promise.all(this.#threads.map(serve))
    return results
  }

  async ask(request: WorkerRequest): Promise<void> {
    const [thread] = this.#threads
    if (thread) await this.#ask(thread, request)
  }

  async dumps(): Promise<KernelDump[]> {
    const answers = await Promise.all(this.#threads.map((thread) => this.#ask(thread, { kind: 'dump' })))
    return answers.flatMap((answer) => (answer.kind === 'dump' ? [answer.dump] : []))
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }

  #ask(thread: ScanThread, request: WorkerRequest): Promise<WorkerAnswer> {
    const answered = new Promise<WorkerAnswer>((resolve) => this.#waiting.set(thread, resolve))
    thread.send(request)
    return Promise.race([answered, this.#failed])
  }

  #hear(answer: WorkerAnswer, thread: ScanThread): void {
    if (answer.kind === 'bytes') this.#onBytes(answer.bytes)
    else this.#waiting.get(thread)?.(answer)
  }
}
