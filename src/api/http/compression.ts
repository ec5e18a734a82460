import { promisify } from 'node:util'
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  gzip,
  gzipSync,
  zstdCompress,
  zstdCompressSync,
  type BrotliCompress,
  type Gzip,
  type ZstdCompress,
} from 'node:zlib'
import type { Coding } from './accepted-coding.ts'

/** Below this an answer is one packet either way. */
export const LEAST_BYTES = 1400
/**
 * Up to this the thread that answers does it itself: 20 to 40 µs, where handing it to another thread and back costs
 * 100 µs. Measured with lists of syncs, which shrink to a tenth.
 */
const MOST_BYTES_AT_ONCE = 32 * 1024

// The fastest levels: the next ones cost two to five times as much for a tenth fewer bytes.
const GZIP = { level: 1 }
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

const AT_ONCE: Readonly<Record<Coding, (bytes: Uint8Array) => Buffer>> = {
  zstd: (bytes) => zstdCompressSync(bytes, ZSTD),
  br: (bytes) => brotliCompressSync(bytes, BROTLI),
  gzip: (bytes) => gzipSync(bytes, GZIP),
}
const zstdLater = promisify<Uint8Array, typeof ZSTD, Buffer>(zstdCompress)
const brotliLater = promisify<Uint8Array, typeof BROTLI, Buffer>(brotliCompress)
const gzipLater = promisify<Uint8Array, typeof GZIP, Buffer>(gzip)
const LATER: Readonly<Record<Coding, (bytes: Uint8Array) => Promise<Buffer>>> = {
  zstd: (bytes) => zstdLater(bytes, ZSTD),
  br: (bytes) => brotliLater(bytes, BROTLI),
  gzip: (bytes) => gzipLater(bytes, GZIP),
}

export async function compress(bytes: Uint8Array, coding: Coding): Promise<Uint8Array> {
  return bytes.length <= MOST_BYTES_AT_ONCE ? AT_ONCE[coding](bytes) : await LATER[coding](bytes)
}

type Compressor = Gzip | BrotliCompress | ZstdCompress

// Each piece leaves when it is there: who reads them waits for a line, not for a full buffer.
const COMPRESSORS: Readonly<Record<Coding, () => Compressor>> = {
  zstd: () => createZstdCompress({ ...ZSTD, flush: constants.ZSTD_e_flush }),
  br: () => createBrotliCompress({ ...BROTLI, flush: constants.BROTLI_OPERATION_FLUSH }),
  gzip: () => createGzip({ ...GZIP, flush: constants.Z_SYNC_FLUSH }),
}

/** The pieces of a body, compressed one by one: a piece is asked for when the client has taken the one before. */
export function compressPieces(body: ReadableStream<Uint8Array>, coding: Coding): ReadableStream<Uint8Array> {
  const compressor = COMPRESSORS[coding]()
  const pieces = body.getReader()
  let made: Buffer[] = []
  compressor.on('data', (chunk: Buffer) => made.push(chunk))
  const ended = new Promise<void>((resolve, reject) => {
    compressor.once('end', resolve).once('error', reject)
  })
  // Handled where it is awaited; until then it is nobody's fault.
  ended.catch(() => {})
  const take = (): Uint8Array => {
    const bytes = Buffer.concat(made)
    made = []
    return bytes
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.read()
          if (done) {
            compressor.end()
            await ended
            controller.enqueue(take())
            controller.close()
            return
          }
          await write(compressor, value)
          controller.enqueue(take())
        } catch (error) {
          compressor.destroy()
          controller.error(error)
        }
      },
      async cancel(reason) {
        compressor.destroy()
        await pieces.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

function write(compressor: Compressor, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    compressor.write(bytes, (error) => {
      if (error) reject(error)
      // What was made of it may still be on its way to the listener.
      else setImmediate(resolve)
    })
  })
}
