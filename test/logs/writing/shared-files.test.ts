import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, statSync, unlinkSync } from 'node:fs'
import test from 'node:test'
import { runWriter, type Ending, type WriterProcess } from './children/run-writer.ts'
import { checkLines } from './line-checker.ts'
import { streamFiles, streamText, temporaryDirectory } from './log-directory.ts'

const CAP = 65_536

function largestFile(directory: string): number {
  return Math.max(...streamFiles(directory, 'operations').map((file) => statSync(file).size))
}

test('four processes that rotate one file lose nothing, tear nothing and keep to the size', async (t) => {
  const directory = temporaryDirectory(t)
  const writers = ['a', 'b', 'c', 'd']
  const processes = writers.map((writer) => runWriter({ directory, writer, lines: 2000, max_bytes: CAP }))
  assert.deepEqual(await Promise.all(processes.map((each) => each.ended)), [0, 0, 0, 0])
  const report = checkLines(
    streamText(directory, 'operations'),
    new Map(writers.map((writer) => [writer, 2000])),
  )
  const { duplicates, ...found } = report
  assert.deepEqual(found, { lines: 8000, torn: 0, lost: 0, clashes: 0, unknown: 0 })
  assert.ok(duplicates < 400, `${duplicates} duplicates`)
  assert.ok(streamFiles(directory, 'operations').length > 25)
  assert.ok(largestFile(directory) <= CAP * 2, `${largestFile(directory)} bytes`)
})

async function acknowledges(process: WriterProcess, lines: number): Promise<void> {
  while (!(process.acknowledged() >= lines)) await once(process.child.stdout ?? process.child, 'data')
}

test('processes killed in the middle of writing lose no acknowledged line and tear nobody else’s', async (t) => {
  const directory = temporaryDirectory(t)
  const killed = ['k1', 'k2', 'k3'].map((writer) =>
    runWriter({ directory, writer, max_bytes: CAP, ending: 'never' }),
  )
  const survivor = runWriter({ directory, writer: 's', lines: 4000, max_bytes: CAP })
  for (const [index, each] of killed.entries()) {
    await acknowledges(each, 300 * (index + 1))
    each.child.kill('SIGKILL')
  }
  assert.equal(await survivor.ended, 0)
  await Promise.all(killed.map((each) => each.ended))
  const acknowledged = new Map([['s', 4000]])
  for (const [index, each] of killed.entries()) acknowledged.set(`k${index + 1}`, each.acknowledged())
  const report = checkLines(streamText(directory, 'operations'), acknowledged)
  assert.equal(report.lost, 0)
  assert.equal(report.clashes, 0)
  assert.ok(report.torn <= killed.length, 'at most the last line of a killed process')
})

test('a stopped process holds nobody up for longer than a takeover, and loses nothing when it goes on', async (t) => {
  const directory = temporaryDirectory(t)
  const stopped = runWriter({ directory, writer: 'p', lines: 1500, max_bytes: 8192 })
  await acknowledges(stopped, 100)
  stopped.child.kill('SIGSTOP')
  const other = runWriter({ directory, writer: 'o', lines: 1500, max_bytes: 8192 })
  assert.equal(await other.ended, 0)
  stopped.child.kill('SIGCONT')
  assert.equal(await stopped.ended, 0)
  const acknowledged = new Map([
    ['p', 1500],
    ['o', 1500],
  ])
  const { lost, torn, clashes } = checkLines(streamText(directory, 'operations'), acknowledged)
  assert.deepEqual({ lost, torn, clashes }, { lost: 0, torn: 0, clashes: 0 })
})

test('an archiver that takes every backup the moment it appears misses no line', async (t) => {
  const directory = temporaryDirectory(t)
  const writers = ['a', 'b', 'c', 'd']
  const processes = writers.map((writer) => runWriter({ directory, writer, lines: 2000, max_bytes: 8192 }))
  const writing = { going_on: true }
  const ended = Promise.all(processes.map((each) => each.ended)).finally(() => {
    writing.going_on = false
  })
  let archive = ''
  while (writing.going_on) {
    for (const file of streamFiles(directory, 'operations').slice(0, -1)) {
      archive += readFileSync(file, 'utf8')
      unlinkSync(file)
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(await ended, [0, 0, 0, 0])
  archive += streamText(directory, 'operations')
  const { lost, clashes } = checkLines(archive, new Map(writers.map((writer) => [writer, 2000])))
  assert.deepEqual({ lost, clashes }, { lost: 0, clashes: 0 })
})

for (const [ending, code] of [
  ['return', 0],
  ['exit', 0],
  ['throw', 1],
] satisfies [Ending, number][]) {
  test(`a process that ends by ${ending} without closing leaves every line in the files`, async (t) => {
    const directory = temporaryDirectory(t)
    const writer = runWriter({ directory, writer: 'e', lines: 500, ending })
    assert.equal(await writer.ended, code)
    const report = checkLines(streamText(directory, 'operations'), new Map([['e', 500]]))
    assert.deepEqual([report.lines, report.lost, report.torn], [500, 0, 0])
  })
}
