import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { MonitorError } from '../core/errors.ts'

export interface BodyOptions {
  readonly max_bytes: number
  /** What happens beyond `max_bytes`: the rest is dropped, or the answer is refused. */
  readonly cut: boolean
  readonly onChunk: () => void
}

/**
 * Reads a body as UTF-8, decompressed, in bounded memory.
 *
 * @throws {MonitorError} `contract` when it is larger than allowed or in an encoding not asked for
 * @throws the stream's error when the connection ends early
 */
export async function readBody(
  incoming: IncomingMessage,
  options: BodyOptions,
): Promise<{ body: string; bytes: number }> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of decompressed(incoming) as AsyncIterable<Buffer>) {
    options.onChunk()
    bytes += chunk.length
    chunks.push(chunk)
    if (bytes <= options.max_bytes) continue
    if (options.cut) break
    throw new MonitorError('contract', `The answer is larger than ${options.max_bytes} bytes.`, {
      next_step: 'Ask for fewer rows per page, or raise max_body_bytes.',
    })
  }
  const text = Buffer.concat(chunks).toString('utf8')
  return { body: text.startsWith('\uFEFF') ? text.slice(1) : text, bytes }
}

function decompressed(incoming: IncomingMessage): Readable {
  const encoding = (incoming.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '') return incoming
  if (encoding === 'gzip' || encoding === 'x-gzip') {
    // The callback is only there because pipeline wants one: the reader of the result sees the error.
    return pipeline(incoming, createGunzip(), () => undefined)
  }
  throw new MonitorError('contract', 'The answer is compressed in a way that was not asked for.')
}
