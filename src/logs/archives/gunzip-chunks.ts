import { createGunzip, type Gunzip } from 'node:zlib'
import { readRange, type ReadableFile } from '../directory/plain-file.ts'

const MEBIBYTE = 1_048_576
/** Small, so that little of what stands before a damage is lost with it. */
const OUTPUT_BYTES = 65_536
/** What of a file is decompressed at once; a log shrinks to a tenth, so that this becomes some hundred KiB. */
const INPUT_BYTES = 32_768
/** Our lines shrink to a tenth; what shrinks more than this is no log. */
const LARGEST_RATIO = 256
/** Up to here the ratio does not matter. */
const SMALL_BYTES = 64 * MEBIBYTE
const LARGEST_BYTES = 16_384 * MEBIBYTE

/**
 * The decompressed content of a gzip file, whole or damaged: what stands before the damage is given first (but for up
 * to 64 KiB). Several gzip files in one are read in turn.
 *
 * @param max_bytes decompressed bytes after which it is refused. Default: 256 times its size, at least 64 MiB, at most
 * 16 GiB
 * @throws the error of zlib (`Z_DATA_ERROR`, `Z_BUF_ERROR` for one that ends too early); Error for a file that expands
 * to more than a log would; system errors
 */
export async function* gunzipChunks(handle: ReadableFile, max_bytes?: number): AsyncGenerator<Buffer> {
  const { size } = await handle.stat()
  const usual_limit = Math.min(LARGEST_BYTES, Math.max(SMALL_BYTES, size * LARGEST_RATIO))
  const inflater = new Inflater(max_bytes ?? usual_limit)
  try {
    for await (const chunk of readRange(handle, 0, size)) {
      for (let at = 0; at < chunk.length; at += INPUT_BYTES) {
        yield* inflater.inflate(chunk.subarray(at, at + INPUT_BYTES))
      }
    }
    yield* inflater.finish()
  } finally {
    inflater.close()
  }
}

/**
 * A stream that fails drops what it has not handed on yet, so its output is taken as it comes, and the error after it.
 */
class Inflater {
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: OUTPUT_BYTES })
  readonly #limit: number
  #output: Buffer[] = []
  #bytes = 0
  #failure: Error | undefined
  #onSettled: (() => void) | undefined

  constructor(limit: number) {
    this.#limit = limit
    this.#gunzip.on('data', (chunk: Buffer) => {
      this.#output.push(chunk)
      this.#bytes += chunk.length
    })
    this.#gunzip.on('error', (error) => {
      this.#failure ??= error
      this.#onSettled?.()
    })
    this.#gunzip.on('end', () => this.#onSettled?.())
  }

  *#take(): Generator<Buffer> {
    const output = this.#output
    this.#output = []
    yield* output
    if (this.#failure) throw this.#failure
    if (this.#bytes > this.#limit) throw new Error('it expands to more than a log would')
  }

  async *inflate(chunk: Buffer): AsyncGenerator<Buffer> {
    await this.#settled((done) => this.#gunzip.write(chunk, done))
    yield* this.#take()
  }

  async *finish(): AsyncGenerator<Buffer> {
    await this.#settled(() => this.#gunzip.end())
    yield* this.#take()
  }

  close(): void {
    this.#gunzip.destroy()
  }

  #settled(start: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      this.#onSettled = resolve
      if (this.#failure) resolve()
      else start(resolve)
    })
  }
}
