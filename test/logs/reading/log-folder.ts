import { execFileSync } from 'node:child_process'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { LogEvent, LogStream } from '../../../src/core/log-event.ts'
import { listSources } from '../../../src/logs/reading/list-sources.ts'
import type { LineBlock, LogSource } from '../../../src/logs/reading/log-source.ts'
import { LineEncoder } from '../../../src/logs/writing/log-line.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { logEvent } from '../writing/log-event-factory.ts'

export const START_MS: number = Date.parse('2026-11-22T10:00:00.000Z')

/** A line as our writers make it, with its newline. */
export function ownLine(
  parts: { at_ms?: number; writer?: string; seq?: number; event?: Partial<LogEvent> } = {},
): string {
  const { at_ms = START_MS, writer = 'w', seq = 1, event = {} } = parts
  const encoder = encoders.get(writer) ?? new LineEncoder(writer)
  encoders.set(writer, encoder)
  return encoder.encode(logEvent(event), new Date(at_ms).toISOString(), seq).toString()
}
const encoders = new Map<string, LineEncoder>()

/** A log folder of the files given by name; `.gz` is compressed, `.tar.gz` holds one member of its name's stream. */
export function logFolder(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory()
  for (const [name, text] of Object.entries(files)) addFile(directory, name, text)
  return directory
}

export function addFile(directory: string, name: string, text: string, modified_ms?: number): void {
  const path = join(directory, name)
  mkdirSync(dirname(path), { recursive: true })
  if (name.endsWith('.tar.gz')) writeTar(path, { [`${/\w+?(?=_\d)/.exec(name)?.[0] ?? 'x'}.log.1`]: text })
  else writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text)
  if (modified_ms !== undefined) utimesSync(path, modified_ms / 1000, modified_ms / 1000)
}

/** With the machine's own tar, as an operator would. */
export function writeTar(path: string, members: Readonly<Record<string, string>>): void {
  const content = temporaryDirectory()
  for (const [name, text] of Object.entries(members)) writeFileSync(join(content, name), text)
  execFileSync('tar', ['-czf', path, '-C', content, ...Object.keys(members)])
}

export async function onlySource(directory: string, stream: LogStream = 'operations'): Promise<LogSource> {
  const sources = await listSources(directory, [stream])
  const [source] = sources
  if (!source || sources.length > 1) throw new Error(`${sources.length} sources`)
  return source
}

/** The bytes of blocks, as text of one character a byte; copied, since they are used again. */
export async function collect(blocks: AsyncIterable<LineBlock>): Promise<{ offset: number; text: string }[]> {
  const collected = []
  for await (const { bytes, offset } of blocks) {
    collected.push({ offset, text: Buffer.from(bytes).toString('latin1') })
  }
  return collected
}

export async function textOf(blocks: AsyncIterable<LineBlock>): Promise<string> {
  const text = (await collect(blocks)).map(({ text }) => text).join('')
  return Buffer.from(text, 'latin1').toString()
}
