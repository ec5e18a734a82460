import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { LogStream } from '../../../src/core/log-event.ts'
import { streamText } from '../writing/log-directory.ts'

const DAY_MS = 86_400_000

export interface PlantedFile {
  readonly name: string
  readonly text: string
}

/** Writes a rotated file (or with number 0 the live one) of numbered lines, last modified `age_days` ago. */
export function plantLog(
  directory: string,
  stream: LogStream,
  options: { number: number; lines: number; age_days?: number; now_ms?: number },
): PlantedFile {
  const { number, lines, age_days = 0, now_ms = Date.parse('2026-11-22T10:15:00.000Z') } = options
  const suffix = `.${String(number).padStart(6, '0')}-${String(number).padStart(8, 'a')}`
  const name = `${stream}.log${number === 0 ? '' : suffix}`
  const text = Array.from({ length: lines }, (_, line) => lineOf(`${stream}-${number}`, line + 1)).join('')
  const modified_s = (now_ms - age_days * DAY_MS) / 1000
  writeFileSync(join(directory, name), text)
  utimesSync(join(directory, name), modified_s, modified_s)
  return { name, text }
}

function lineOf(writer: string, seq: number): string {
  return `${JSON.stringify({ timestamp: '2026-11-01T00:00:00.000Z', writer, seq, message: 'x'.repeat(seq % 90) })}\n`
}

export function plantArchive(directory: string, name: string, content: string | Buffer = 'old'): void {
  mkdirSync(join(directory, 'archives'), { recursive: true })
  writeFileSync(join(directory, 'archives', name), content)
}

export function archiveNames(directory: string): string[] {
  try {
    return readdirSync(join(directory, 'archives'))
      .filter((name) => name.endsWith('.tar.gz'))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** The names in the folder and in its archives that no finished run would leave. */
export function leftovers(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.tmp') || name.endsWith('.lock'))
}

/** Reads an archive by the format's own rules and nothing of ours: name and text of its one member. */
export function readArchive(directory: string, name: string): PlantedFile {
  const tar = gunzipSync(readFileSync(join(directory, 'archives', name)))
  const size = Number.parseInt(tar.toString('latin1', 124, 135), 8)
  const content_end = 512 + size
  const end = Math.ceil(content_end / 512) * 512
  assert.equal(tar.length, end + 1024)
  assert.ok(tar.subarray(content_end).every((byte) => byte === 0))
  return { name: tar.toString('utf8', 0, tar.indexOf(0)), text: tar.toString('utf8', 512, content_end) }
}

/** All text of a stream: its archives, its rotated files, its live file. */
export function textEverywhere(directory: string, stream: LogStream): string {
  const archived = archiveNames(directory)
    .filter((name) => name.startsWith(`${stream}_`))
    .map((name) => readArchive(directory, name).text)
  return archived.join('') + streamText(directory, stream)
}

/** Whether the text has exactly the wanted lines, each as often, in any order. */
export function assertSameLines(text: string, wanted: string): void {
  const counts = countsOf(text)
  const wanted_counts = countsOf(wanted)
  const lost = [...wanted_counts].filter(([line, count]) => (counts.get(line) ?? 0) < count)
  const surplus = [...counts].filter(([line, count]) => count > (wanted_counts.get(line) ?? 0))
  assert.deepEqual({ lost: lost.length, surplus: surplus.length }, { lost: 0, surplus: 0 })
}

/** Whether the text has all wanted lines, as after a crash, when a line may be there twice. */
export function assertHoldsLines(text: string, wanted: string): void {
  assertSameLines([...countsOf(text).keys()].join(''), [...countsOf(wanted).keys()].join(''))
}

function countsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of text.split(/(?<=\n)/)) counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}
