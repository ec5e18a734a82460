import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LineFlow } from '../../src/cli/line-flow.ts'
import { Terminal } from '../../src/cli/terminal.ts'

/** A reader that takes something only when it is told to. */
class SlowReader extends Writable {
  readonly taken: string[] = []
  #takes_all = false
  #done: ((error?: Error) => void) | null = null

  constructor() {
    super({ highWaterMark: 1, decodeStrings: false })
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.taken.push(String(chunk))
    this.#done = done
    if (this.#takes_all) done()
  }

  take(): void {
    this.#done?.()
  }

  takeAll(): void {
    this.#takes_all = true
    this.take()
  }

  leave(): void {
    this.#done?.(Object.assign(new Error('EPIPE'), { code: 'EPIPE' }))
  }
}

function flowTo(reader: SlowReader): { flow: LineFlow; terminal: Terminal } {
  const stdout = reader as unknown as NodeJS.WriteStream
  const terminal = new Terminal({ stdout, stderr: stdout, environment: {} })
  reader.on('error', () => {})
  return { flow: new LineFlow(terminal), terminal }
}

test('lines that come together go out together, whole, as soon as there is nothing else to do', async () => {
  const reader = new SlowReader()
  const { flow } = flowTo(reader)
  await flow.add('one')
  await flow.add('two')
  assert.deepEqual(reader.taken, [])
  await nextTurn()
  assert.deepEqual(reader.taken, ['one\ntwo\n'])
})

test('who adds lines without end waits for a slow reader', async () => {
  const reader = new SlowReader()
  const { flow } = flowTo(reader)
  let added = 0
  const adding = (async () => {
    for (; added < 2000; added++) await flow.add('x'.repeat(99))
  })()
  await nextTurn()
  await nextTurn()
  assert.ok(added < 200, `${added} lines`)
  reader.takeAll()
  await adding
  await flow.flush()
  assert.ok(reader.taken.every((text) => text.endsWith('\n')))
})

test('who adds lines goes on when the reader leaves', async () => {
  const reader = new SlowReader()
  const { flow, terminal } = flowTo(reader)
  const adding = flow.add('x'.repeat(20_000))
  reader.leave()
  await adding
  assert.ok(terminal.reader_gone.aborted)
  await flow.add('y'.repeat(20_000))
  assert.equal(reader.taken.length, 1)
})
