import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliDecompressSync, createGunzip, gunzipSync, zstdDecompressSync } from 'node:zlib'
import fc from '../support/fast-check.ts'
import { CODINGS, type Coding } from '../../src/api/http/accepted-coding.ts'
import { compress, compressPieces } from '../../src/api/http/compression.ts'

const UNDO: Readonly<Record<Coding, (bytes: Uint8Array) => Buffer>> = {
  zstd: (bytes) => zstdDecompressSync(bytes),
  br: (bytes) => brotliDecompressSync(bytes),
  gzip: (bytes) => gunzipSync(bytes),
}

async function allOf(body: ReadableStream<Uint8Array>): Promise<Buffer> {
  return Buffer.from(await new Response(body).bytes())
}

function streamOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces)
}

for (const coding of CODINGS) {
  test(`what ${coding} made smaller comes back as it was, below and above the size for another thread`, async () => {
    for (const length of [0, 1, 1400, 32 * 1024, 32 * 1024 + 1, 500_000]) {
      const bytes = Buffer.from('{"sync_status":"completed"}'.repeat(length / 20)).subarray(0, length)
      const made = await compress(bytes, coding)
      assert.deepEqual(UNDO[coding](made), bytes)
      if (length > 1000) assert.ok(made.length < length / 5)
    }
  })

  test(`pieces in ${coding} come back as they were, whatever they are`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 60_000, size: 'max' }), { maxLength: 6 }),
        async (pieces) => {
          const made = await allOf(compressPieces(streamOf(pieces), coding))
          assert.deepEqual(UNDO[coding](made), Buffer.concat(pieces))
        },
      ),
      { numRuns: 25 },
    )
  })

  test(`a body that breaks off breaks off in ${coding} too`, async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('the disk is gone')),
    })
    await assert.rejects(allOf(compressPieces(broken, coding)), /the disk is gone/)
  })
}

test('a piece can be read before the next one exists', async () => {
  const pieces = new TransformStream<Uint8Array, Uint8Array>()
  const writer = pieces.writable.getWriter()
  const reader = compressPieces(pieces.readable, 'gzip').getReader()
  const gunzip = createGunzip()
  for (const line of ['{"kind":"hit"}\n', '{"kind":"progress"}\n', '{"kind":"end"}\n']) {
    void writer.write(Buffer.from(line))
    const { value } = await reader.read()
    const [text] = await Promise.all([
      new Promise((resolve) => gunzip.once('data', (chunk: Buffer) => resolve(chunk.toString()))),
      new Promise((resolve) => gunzip.write(value, resolve)),
    ])
    assert.equal(text, line)
  }
  await reader.cancel()
})

test('no piece is made before it is asked for, and who leaves ends the source', async () => {
  let made = 0
  let cancelled: unknown
  const source = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        made++
        controller.enqueue(Buffer.from('a line\n'))
      },
      cancel(reason) {
        cancelled = reason
      },
    },
    { highWaterMark: 0 },
  )
  const reader = compressPieces(source, 'zstd').getReader()
  await reader.read()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(made, 1)
  await reader.cancel('gone')
  assert.equal(cancelled, 'gone')
})
