import assert from 'node:assert/strict'
import { get } from 'node:http'
import { after, test } from 'node:test'
import { listen } from '../../src/api/http/listen.ts'
import { streamedText } from '../../src/api/http/streamed-text.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { until } from './support/log-server.ts'

const PIECE = 'x'.repeat(65_536)
const PIECES = 1000

/** Counts what was made. */
async function* countedPieces(count: { made: number }): AsyncGenerator<string> {
  while (count.made < PIECES) {
    count.made++
    yield PIECE
    await Promise.resolve()
  }
}

test('nothing is made before somebody reads, and then no more than is read', async () => {
  const count = { made: 0 }
  let ends = 0
  const reader = streamedText(countedPieces(count), { onEnd: () => ends++ }).getReader()
  await Promise.resolve()
  assert.equal(count.made, 0)
  await reader.read()
  await reader.read()
  assert.equal(count.made, 2)
  await reader.cancel()
  await reader.cancel()
  assert.equal(ends, 1)
})

test('the end is told once, when everything was read', async () => {
  let ends = 0
  const body = streamedText(countedPieces({ made: PIECES - 3 }), { onEnd: () => ends++ })
  assert.equal((await new Response(body).text()).length, 3 * PIECE.length)
  assert.equal(ends, 1)
})

test('a deadline ends it whether somebody reads or not, and is forgotten when it has ended before', async () => {
  const clock = new FakeClock()
  let ends = 0
  const limits = { clock, after_ms: 1000 }
  const open = (): ReadableStream<Uint8Array> =>
    streamedText(countedPieces({ made: PIECES - 1 }), { onEnd: () => ends++, limits })
  const unread = open()
  await new Response(open()).text()
  assert.equal(ends, 1)
  clock.advance(1000)
  assert.equal(await new Response(unread).text(), '')
  assert.equal(ends, 2)
})

test('who takes no piece for too long is left, who takes one now and then is not, nor who waits for one', async () => {
  const clock = new FakeClock()
  const limits = { clock, unread_ms: 1000 }
  const ended: string[] = []
  const open = (name: string, pieces: AsyncGenerator<string>): ReadableStreamDefaultReader<Uint8Array> =>
    streamedText(pieces, { onEnd: () => ended.push(name), limits }).getReader()
  async function* nothing(): AsyncGenerator<string> {
    await clock.sleep(10_000)
    yield 'late'
  }
  const stalled = open('stalled', countedPieces({ made: 0 }))
  const slow = open('slow', countedPieces({ made: 0 }))
  const waiting = open('waiting', nothing()).read()
  await stalled.read()
  for (let round = 0; round < 10; round++) {
    await slow.read()
    clock.advance(900)
  }
  assert.deepEqual(ended, ['stalled'])
  assert.equal((await stalled.read()).done, true)
  clock.advance(1000)
  assert.equal(new TextDecoder().decode((await waiting).value), 'late')
  await slow.cancel()
  assert.deepEqual(ended.toSorted(), ['slow', 'stalled'])
})

test('over HTTP, for a client that does not read only so much is made as the connection holds', async () => {
  const counts: { made: number }[] = []
  let ends = 0
  const server = await listen(
    {
      fetch() {
        const count = { made: 0 }
        counts.push(count)
        return new Response(streamedText(countedPieces(count), { onEnd: () => ends++ }))
      },
    },
    { host: '127.0.0.1', port: 0 },
  )
  after(() => server.close())
  const slow = await new Promise<{ destroy(): void }>((resolve) => {
    get(server.url, (response) => {
      response.pause()
      resolve(response)
    })
  })
  // Another one reads all 64 MB meanwhile, so there was time.
  assert.equal((await (await fetch(server.url)).text()).length, PIECES * PIECE.length)
  assert.equal(counts[1]?.made, PIECES)
  assert.ok((counts[0]?.made ?? PIECES) < PIECES / 2, `${counts[0]?.made} of ${PIECES} pieces`)
  slow.destroy()
  await until(() => ends === 2)
})
