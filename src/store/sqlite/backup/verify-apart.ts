import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { interrupted } from './copy-file.ts'
import type { VerifiedFile } from './verify-file.ts'
import { unpackError, type ErrorMessage } from '../worker-protocol.ts'

export type VerifyAnswer = { readonly verified: VerifiedFile } | { readonly error: ErrorMessage }

const WORKER = new URL(`./verify-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/**
 * Reads a whole database file on a thread of its own: gigabytes take a minute, in which a person may want to stop it.
 *
 * @throws MonitorError as `verifySqliteFile`, and `cancelled` when the signal aborts
 */
export async function verifyApart(path: string, signal?: AbortSignal): Promise<VerifiedFile> {
  if (signal?.aborted === true) throw interrupted()
  const worker = new Worker(WORKER, { workerData: path, name: 'canvas-sync-verify' })
  const stop = Promise.withResolvers<never>()
  const onAbort = (): void => {
    stop.reject(interrupted())
  }
  signal?.addEventListener('abort', onAbort)
  try {
    const [answer] = (await Promise.race([once(worker, 'message'), stop.promise])) as [VerifyAnswer]
    if ('error' in answer) throw unpackError(answer.error)
    return answer.verified
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await worker.terminate()
  }
}
