import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import test from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { analyzeLogs } from '../../../src/analysis/analyze-logs.ts'
import { listArchives } from '../../../src/logs/directory/listing.ts'
import { readLogs } from '../../../src/logs/reading/read-logs.ts'
import { openFileLogWriter, type FileLogWriter } from '../../../src/logs/writing/file-log-writer.ts'
import { searchLogs } from '../../../src/search/search-logs.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { logEvent } from '../writing/log-event-factory.ts'

const ROUNDS = Number(process.env['READING_ROUNDS'] ?? 12)
const LINES_A_ROUND = 150
const MOST_LINES_MEANWHILE = 400
const CLEANUP = fileURLToPath(new URL('../writing/children/cleanup-loop.ts', import.meta.url))
const STREAMS = ['operations'] as const

/** Two writers of the same file, which is rotated every hundred lines and cleaned up all the time. */
class BusyFolder {
  readonly directory: string
  readonly #writers: readonly FileLogWriter[]
  readonly #cleanup: ChildProcess
  #written = 0

  constructor(max_lines: number) {
    this.directory = temporaryDirectory()
    const streams = { operations: { max_bytes: 30_000, backups: 100_000 } }
    this.#writers = ['a', 'b'].map((writer) =>
      openFileLogWriter({ directory: this.directory, writer, streams, flush_interval_ms: 1 }),
    )
    this.#cleanup = spawn(process.execPath, [CLEANUP, this.directory, String(max_lines)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  /** Resolves once the clean-ups run, with what ends them and tells of them. */
  async start(): Promise<() => Promise<{ files: number; errors: string[] }>> {
    let output = ''
    this.#cleanup.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    const ended = once(this.#cleanup, 'close')
    await once(this.#cleanup.stdout ?? this.#cleanup, 'data')
    return async () => {
      this.#cleanup.kill('SIGTERM')
      await ended
      return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as { files: number; errors: string[] }
    }
  }

  /** Writes lines; resolves when they are acknowledged and all lines to come are of a later time. */
  async write(): Promise<{ lines: number; until_ms: number }> {
    for (let line = 0; line < LINES_A_ROUND; line++) {
      this.#writeOne()
      if (line % 25 === 0) await this.#flush()
    }
    await this.#flush()
    const until_ms = Date.now() + 1
    while (Date.now() < until_ms) await nextTurn()
    return { lines: this.#written, until_ms }
  }

  /** As {@link write} while something else goes on; what is written is of a later time. */
  async writeDuring<Result>(work: Promise<Result>): Promise<{ result: Result; written: number }> {
    const before = this.#written
    const going_on = { yes: true }
    const ended = work.finally(() => {
      going_on.yes = false
    })
    while (going_on.yes) {
      for (let line = 0; line < 5 && this.#written - before < MOST_LINES_MEANWHILE; line++) this.#writeOne()
      await this.#flush()
      await nextTurn()
    }
    return { result: await ended, written: this.#written - before }
  }

  #writeOne(): void {
    this.#written++
    this.#writers[this.#written % 2]?.write('operations', logEvent({ message: `Line ${this.#written}.` }))
  }

  async end(): Promise<void> {
    this.#cleanup.kill('SIGKILL')
    await Promise.all(this.#writers.map((writer) => writer.close()))
  }

  async #flush(): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.flush()))
  }
}

interface Answer {
  readonly lines: number
  readonly unreadable: readonly unknown[]
}

async function analysed(directory: string, until_ms: number, max_workers: number): Promise<Answer> {
  const { total_lines, skipped } = await analyzeLogs({ directory, until_ms, max_workers })
  return { lines: total_lines, unreadable: skipped.unreadable_sources }
}

async function searched(directory: string, until_ms: number, order: 'newest' | 'oldest'): Promise<Answer> {
  let lines = 0
  const query = { streams: STREAMS, until_ms, order, text: 'Line', limit: 10_000 }
  for await (const item of searchLogs(directory, query)) {
    if (item.kind === 'hit') lines++
    if (item.kind === 'end') return { lines, unreadable: item.unreadable }
  }
  throw new Error('a search without an end')
}

async function read(directory: string, until_ms: number): Promise<Answer> {
  const seen = new Set<string>()
  let lines = 0
  let unreadable: readonly unknown[] = []
  const onSkipped = (skipped: { unreadable_sources: readonly unknown[] }): void => {
    unreadable = skipped.unreadable_sources
  }
  for await (const { writer, seq } of readLogs({ directory, streams: STREAMS, until_ms, onSkipped })) {
    seen.add(`${writer} ${seq}`)
    lines++
  }
  assert.equal(seen.size, lines)
  return { lines, unreadable }
}

const READERS: Readonly<Record<string, (directory: string, until_ms: number) => Promise<Answer>>> = {
  'analysis in threads': (directory, until_ms) => analysed(directory, until_ms, 2),
  analysis: (directory, until_ms) => analysed(directory, until_ms, 0),
  'search of the newest': (directory, until_ms) => searched(directory, until_ms, 'newest'),
  'search of the oldest': (directory, until_ms) => searched(directory, until_ms, 'oldest'),
  reading: read,
}

test('whatever was acknowledged is in every answer once, though writers rotate and clean-up archives meanwhile', async (t) => {
  const folder = new BusyFolder(40)
  t.after(() => folder.end())
  const stop = await folder.start()
  let written_meanwhile = 0
  const names = Object.keys(READERS)
  for (let round = 0; round < ROUNDS; round++) {
    const { lines, until_ms } = await folder.write()
    const name = names[round % names.length] ?? ''
    const { result, written } = await folder.writeDuring(READERS[name]!(folder.directory, until_ms))
    assert.deepEqual({ name, round, ...result }, { name, round, lines, unreadable: [] })
    written_meanwhile += written
  }
  const { files, errors } = await stop()
  assert.deepEqual(errors, [])
  const archives = await listArchives(folder.directory)
  t.diagnostic(`${files} files and ${archives.length} archives, ${written_meanwhile} lines meanwhile`)
  assert.ok(archives.length > ROUNDS && written_meanwhile > 0, join(folder.directory))
})
