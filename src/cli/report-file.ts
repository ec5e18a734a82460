import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { MonitorError, systemErrorCode } from '../core/errors.ts'

/** Where a report is going to be written. */
export interface ReportFile {
  /** As it was given. */
  readonly name: string
  /** The file itself where `name` is a link. */
  readonly path: string
  /** Null when there is none yet. */
  readonly mode: number | null
  /** False for a pipe or a device, which cannot be exchanged for another file. */
  readonly plain: boolean
}

/**
 * Looks whether a report can be written there, before the work that it takes.
 * @throws MonitorError `usage` for a folder, `not_writable` when there is no folder for it
 */
export function findReportFile(name: string): ReportFile {
  try {
    const found = statSync(name, { throwIfNoEntry: false })
    if (found?.isDirectory()) {
      throw new MonitorError('usage', `--output ${name} is a folder.`, {
        next_step: `Give the path of a file, for example ${join(name, 'report.html')}.`,
      })
    }
    if (found !== undefined) return existing(name, found)
    statSync(dirname(name))
    return { name, path: name, mode: null, plain: true }
  } catch (error) {
    throw toWriteError(error, name)
  }
}

function existing(name: string, { mode }: Stats): ReportFile {
  const path = realpathSync(name)
  return { name, path, mode: mode & 0o777, plain: statSync(path).isFile() }
}

/**
 * All of it or nothing: another file takes its place only when it is complete.
 * @throws MonitorError `not_writable`, `disk_full`
 */
export function writeReportFile({ name, path, mode, plain }: ReportFile, text: string): void {
  try {
    if (!plain) writeFileSync(path, text)
    else replaceFile(path, text, mode ?? 0o666)
  } catch (error) {
    throw toWriteError(error, name)
  }
}

function replaceFile(path: string, text: string, mode: number): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`)
  const file = openSync(temporary, 'wx', mode)
  try {
    try {
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function toWriteError(error: unknown, name: string): unknown {
  if (error instanceof MonitorError) return error
  const code = systemErrorCode(error)
  if (code === undefined) return error
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new MonitorError('disk_full', `The disk is full: ${name} was not written.`, {
      cause: error,
      next_step: 'Free some space, or write it elsewhere with --output.',
    })
  }
  const missing = code === 'ENOENT' || code === 'ENOTDIR'
  const why = missing ? 'its folder does not exist' : code
  return new MonitorError('not_writable', `The report cannot be written to ${name} (${why}).`, {
    cause: error,
    next_step: missing ? `Make the folder ${dirname(name)} first.` : 'Check the permissions of its folder.',
  })
}
