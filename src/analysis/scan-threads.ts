import { Worker } from 'node:worker_threads'
import { MonitorError } from '../core/errors.ts'
import { SegmentScanner } from './segment-scanner.ts'
import type { WorkerAnswer, WorkerRequest, WorkerSettings } from './worker-protocol.ts'

/** In the package this file is compiled to `.js`, and so is the worker's. */
const WORKER = new URL(`./analysis-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Who scans: a thread, or this one when starting a thread would take longer than the work. */
export interface ScanThread {
  send(request: WorkerRequest): void
  close(): Promise<void>
}

export interface ThreadListener {
  readonly onAnswer: (answer: WorkerAnswer, thread: ScanThread) => void
  readonly onFailure: (error: unknown) => void
}

export function startThread(settings: WorkerSettings, listener: ThreadListener): ScanThread {
  const worker = new Worker(WORKER, { workerData: settings, name: 'canvas-sync-analysis' })
  const thread: ScanThread = {
    send(request) {
      worker.postMessage(request)
    },
    async close() {
      await worker.terminate()
    },
  }
  worker.on('message', (answer: WorkerAnswer) => listener.onAnswer(answer, thread))
  worker.on('error', (error) => {
    listener.onFailure(new MonitorError('internal', 'The analysis failed.', { cause: error }))
  })
  return thread
}

/** Blocks this thread for about a millisecond a megabyte. */
export function scanHere(settings: WorkerSettings, listener: ThreadListener): ScanThread {
  const scanner = SegmentScanner.create(settings, (answer) => listener.onAnswer(answer, thread))
  let work: Promise<void> = Promise.resolve()
  const thread: ScanThread = {
    send(request) {
      work = work.then(async () => (await scanner).handle(request)).catch(listener.onFailure)
    },
    async close() {
      await work
    },
  }
  return thread
}
