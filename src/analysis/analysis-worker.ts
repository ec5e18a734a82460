/** The thread of `analyzeLogs`: see SegmentScanner. */
import { parentPort, workerData } from 'node:worker_threads'
import { SegmentScanner } from './segment-scanner.ts'
import type { WorkerRequest, WorkerSettings } from './worker-protocol.ts'

// Every line that is no JSON throws; where it was thrown is known.
Error.stackTraceLimit = 0

const port = parentPort
if (!port) throw new Error('analysis-worker.ts is a worker thread')
const scanner = SegmentScanner.create(workerData as WorkerSettings, (answer) => port.postMessage(answer))
let work: Promise<unknown> = scanner
port.on('message', (request: WorkerRequest) => {
  work = work.then(async () => (await scanner).handle(request))
})
