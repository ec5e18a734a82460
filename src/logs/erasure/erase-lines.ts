import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { MonitorError } from '../../core/errors.ts'
import { CleanupLock } from '../cleanup/cleanup-lock.ts'
import { rotateLiveFile } from '../cleanup/rotate-live-file.ts'
import { listStreamFiles } from '../directory/listing.ts'
import { listSources } from '../reading/list-sources.ts'
import type { LogSource } from '../reading/log-source.ts'
import { countInSource, eraseFromSource } from './erase-from-source.ts'
import type { ErasedPerson } from './whose-line.ts'

export interface ErasedLines {
  /** Rotated files, compressed or not, that were rewritten. */
  readonly files: number
  readonly archives: number
  readonly lines: number
  /** Lines in no known form that hold the id; they stay, and a person has to look at them. */
  readonly suspicious_lines: number
  /** Lines of the person that another look found; 0 when all is well. */
  readonly lines_left: number
  /** What could not be read or rewritten, by name. */
  readonly failures: readonly { readonly file: string; readonly error: string }[]
}

export interface ErasureOptions {
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** Called before each file. */
  readonly onProgress?: (file: string, done: number, total: number) => void
}

/**
 * Takes the lines of a person out of every file of a log folder: the live ones (which are rotated for it), the rotated ones
 * and the archives. Writers go on meanwhile. Each file is replaced in one rename; a run that is killed is simply made again.
 * Then everything is read once more.
 *
 * @throws MonitorError `already_running` when a clean-up or another erasure has the folder; the signal's reason
 */
export async function eraseLines(
  directory: string,
  person: ErasedPerson,
  options: ErasureOptions,
): Promise<ErasedLines> {
  if (!existsSync(directory)) return NOTHING
  const lock = new CleanupLock(join(directory, '.cleanup.lock'), options.clock)
  const held_by = lock.tryAcquire(`privacy-erase-${randomUUID()}`)
  if (held_by !== undefined) {
    throw new MonitorError('already_running', `The log folder is being cleaned up: ${held_by}.`, {
      next_step: 'Wait for it to end, then run this again; what was erased stays erased.',
    })
  }
  try {
    await rotateTheirLiveFiles(directory, person, options.clock)
    const erased = await eraseEach(directory, person, options, lock)
    return { ...erased, lines_left: await countLeft(directory, person, options) }
  } finally {
    lock.release()
  }
}

const NOTHING: ErasedLines = {
  files: 0,
  archives: 0,
  lines: 0,
  suspicious_lines: 0,
  lines_left: 0,
  failures: [],
}

/** A live file cannot be rewritten while others append to it. */
async function rotateTheirLiveFiles(directory: string, person: ErasedPerson, clock: Clock): Promise<void> {
  for (const source of await listSources(directory)) {
    if (source.kind !== 'live' || (await countInSource(source, person)).erased === 0) continue
    const file = (await listStreamFiles(directory)).find(
      ({ kind, stream }) => kind === 'live' && stream === source.stream,
    )
    if (file !== undefined) await rotateLiveFile(directory, file, clock)
  }
}

async function eraseEach(
  directory: string,
  person: ErasedPerson,
  { signal, onProgress }: ErasureOptions,
  lock: CleanupLock,
): Promise<Omit<ErasedLines, 'lines_left'>> {
  const sum = { files: 0, archives: 0, lines: 0, suspicious_lines: 0 }
  const failures: { file: string; error: string }[] = []
  const sources = (await listSources(directory)).filter(({ kind }) => kind !== 'live')
  for (const [done, source] of sources.entries()) {
    signal?.throwIfAborted()
    lock.touch()
    onProgress?.(source.name, done, sources.length)
    try {
      const { erased, suspicious, rewritten } = await eraseFromSource(source, person)
      sum.suspicious_lines += suspicious
      if (!rewritten) continue
      sum.lines += erased
      if (source.kind === 'archive') sum.archives++
      else sum.files++
    } catch (error) {
      failures.push({ file: source.name, error: nameOf(error) })
    }
  }
  return { ...sum, failures }
}

async function countLeft(
  directory: string,
  person: ErasedPerson,
  { signal }: ErasureOptions,
): Promise<number> {
  let left = 0
  for (const source of await listSources(directory)) {
    signal?.throwIfAborted()
    left += await countUnlessDamaged(source, person)
  }
  return left
}

/** What is damaged was told as a failure already. */
async function countUnlessDamaged(source: LogSource, person: ErasedPerson): Promise<number> {
  try {
    return (await countInSource(source, person)).erased
  } catch {
    return 0
  }
}

/** Its code or its own words: none of them comes from a line. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
