import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { openFileLogWriter } from '../../../src/logs/writing/file-log-writer.ts'
import { runWriter, type WriterProcess } from './children/run-writer.ts'
import { parsed, streamLines, temporaryDirectory } from './log-directory.ts'

/** A process that writes 50 lines and waits; it is gone after the test, also when it does not end. */
async function waitingProcess(
  t: TestContext,
  directory: string,
  ending: 'wait' | 'handle',
): Promise<WriterProcess> {
  const writer = runWriter({ directory, writer: 'w', lines: 50, ending })
  t.after(() => writer.child.kill('SIGKILL'))
  await writer.ready
  return writer
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

for (const signal of SIGNALS) {
  test(
    `a process that ${signal} ends writes every line first, and its parent sees ${signal}`,
    { timeout: 60_000 },
    async (t) => {
      const directory = temporaryDirectory(t)
      const writer = await waitingProcess(t, directory, 'wait')
      assert.equal(streamLines(directory, 'operations').length, 0, 'all of it waits')
      writer.child.kill(signal)
      assert.equal(await writer.ended, null)
      assert.equal(writer.child.signalCode, signal)
      assert.equal(streamLines(directory, 'operations').length, 50)
    },
  )

  test(
    `an application that handles ${signal} once ends as it likes, and what it writes then is kept`,
    { timeout: 60_000 },
    async (t) => {
      const directory = temporaryDirectory(t)
      const writer = await waitingProcess(t, directory, 'handle')
      writer.child.kill(signal)
      assert.equal(await writer.ended, 7)
      const lines = parsed(streamLines(directory, 'operations'))
      assert.equal(lines.length, 51)
      assert.equal(lines.at(-1)?.['message'], signal)
    },
  )
}

test('an unhandled rejection ends the process with 1 and every line written', async (t) => {
  const directory = temporaryDirectory(t)
  const writer = runWriter({ directory, writer: 'w', lines: 50, ending: 'reject' })
  assert.equal(await writer.ended, 1)
  assert.equal(streamLines(directory, 'operations').length, 50)
})

test('many writers share one listener for each end, and leave none behind', async (t) => {
  const directory = temporaryDirectory(t)
  const counts = (): number[] => ['exit', ...SIGNALS].map((name) => process.listenerCount(name))
  const before = counts()
  const writers = Array.from({ length: 20 }, () => openFileLogWriter({ directory }))
  assert.deepEqual(
    counts(),
    before.map((count) => count + 1),
  )
  await Promise.all(writers.map((writer) => writer.close()))
  assert.deepEqual(counts(), before)
})

test('a listener that looks whether it is the last one for a signal is, and the next signal is heard again', async (t) => {
  const directory = temporaryDirectory(t)
  const seen: number[] = []
  const library = (): void => void seen.push(process.listenerCount('SIGHUP'))
  process.on('SIGHUP', library)
  t.after(() => process.off('SIGHUP', library))
  {
    await using writer = openFileLogWriter({ directory })
    for (let round = 0; round < 2; round++) {
      const heard = new Promise((resolve) => process.once('SIGHUP', resolve))
      process.kill(process.pid, 'SIGHUP')
      await heard
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(process.listenerCount('SIGHUP'), 2)
    }
    assert.equal(writer.health.last_error, null)
  }
  assert.deepEqual(seen, [2, 2], 'itself and the one of this test')
  assert.equal(process.listenerCount('SIGHUP'), 1)
})
