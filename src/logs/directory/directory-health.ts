import { randomBytes } from 'node:crypto'
import { open, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../../core/errors.ts'
import { removeFile } from './plain-file.ts'

export interface DirectoryHealth {
  readonly ok: boolean
  /** One sentence for people when it is not. */
  readonly message: string | null
}

const PROBE = /^\.probe-[\da-f]{16}\.tmp$/
const MEBIBYTE = 1_048_576

/** Whether a name is one that only a killed probe leaves behind. */
export function isAbandonedProbe(name: string): boolean {
  return PROBE.test(name)
}

/** Writes and removes a small file, and looks at the free space. Never throws. */
export async function directoryHealth(directory: string, min_free_bytes: number): Promise<DirectoryHealth> {
  try {
    await probe(join(directory, `.probe-${randomBytes(8).toString('hex')}.tmp`))
    const { bavail, bsize } = await statfs(directory)
    const free_bytes = bavail * bsize
    if (free_bytes >= min_free_bytes) return { ok: true, message: null }
    const free = Math.floor(free_bytes / MEBIBYTE)
    return { ok: false, message: `Only ${free} MB are free where the logs are.` }
  } catch (error) {
    return { ok: false, message: sentenceOf(systemErrorCode(error) ?? 'unknown error') }
  }
}

/** A full disk still takes a new name, so a byte is written too. */
async function probe(path: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile('\n')
  } finally {
    await handle.close()
    await removeFile(path)
  }
}

function sentenceOf(code: string): string {
  if (code === 'ENOENT') return 'The log folder does not exist.'
  if (code === 'ENOTDIR') return 'The log folder is a file.'
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'The disk of the log folder is full.'
  return `The log folder cannot be written (${code}).`
}
