import { parentPort, workerData } from 'node:worker_threads'
import type { VerifyAnswer } from './verify-apart.ts'
import { verifySqliteFile } from './verify-file.ts'
import { packError } from '../worker-protocol.ts'

function answer(): VerifyAnswer {
  try {
    return { verified: verifySqliteFile(String(workerData)) }
  } catch (error) {
    return { error: packError(error) }
  }
}

parentPort?.postMessage(answer())
