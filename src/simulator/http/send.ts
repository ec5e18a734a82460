import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Fault } from '../faults/fault.ts'
import type { Answer } from './answer.ts'

/** Writes the answer, whole or as the faults will have it; resolves with the bytes of the body. */
export async function send(
  response: ServerResponse,
  answer: Answer,
  accept_encoding: string | undefined,
  faults: readonly Fault[],
): Promise<number> {
  const headers = { ...answer.headers }
  let bytes = Buffer.from(answer.body)
  if (/\bgzip\b/.test(accept_encoding ?? '') && bytes.length > 0) {
    bytes = gzipSync(bytes, { level: 1 })
    headers['Content-Encoding'] = 'gzip'
    headers['Vary'] = 'Accept-Encoding'
  }
  headers['Content-Length'] = String(bytes.length)
  response.writeHead(answer.status, headers)
  if (faults.some((fault) => fault.kind === 'half_body')) {
    await write(response, bytes.subarray(0, Math.floor(bytes.length / 2)))
    response.socket?.destroy()
    return bytes.length
  }
  if (faults.some((fault) => fault.kind === 'one_byte_chunks')) {
    response.socket?.setNoDelay(true)
    for (let index = 0; index < bytes.length - 1; index += 1) {
      const has_room = response.write(bytes.subarray(index, index + 1))
      // Now and then the reader gets its turn, so that it really sees torn characters.
      if (!has_room || index % 64 === 0) await write(response, Buffer.alloc(0))
    }
    response.end(bytes.subarray(Math.max(0, bytes.length - 1)))
    return bytes.length
  }
  response.end(bytes)
  return bytes.length
}

function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve()
    else if (bytes.length === 0) setImmediate(resolve)
    else response.write(bytes, () => resolve())
  })
}
