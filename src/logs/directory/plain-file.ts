import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, unlink, type FileHandle } from 'node:fs/promises'

// Windows has neither.
const O_NOFOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0
const O_NONBLOCK = (constants.O_NONBLOCK as number | undefined) ?? 0

const CHUNK_BYTES = 262_144
const NEWLINE = 10

/** A file that is open for reading, as a `FileHandle` is. */
export interface ReadableFile extends AsyncDisposable {
  readonly fd: number
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>
  stat(): Promise<{ readonly size: number }>
  close(): Promise<void>
}

/**
 * Opens a regular file for reading.
 * @throws system errors; `ELOOP` for a symbolic link, `EINVAL` for anything else that is not a file
 */
export async function openPlainFile(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  throw Object.assign(new Error('EINVAL: not a regular file'), { code: 'EINVAL' })
}

/** The bytes from `from` to before `to`; fewer when the file is shorter. */
export async function* readRange(
  handle: Pick<ReadableFile, 'read'>,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, to - at))
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield chunk.subarray(0, bytesRead)
  }
}

export async function hashRange(handle: FileHandle, from: number, to: number): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of readRange(handle, from, to)) hash.update(chunk)
  return hash.digest('hex')
}

export function countNewlines(chunk: Buffer): number {
  let lines = 0
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) lines++
  return lines
}

/** The lines of a file, or any number above `limit` when it has more; 0 when it is gone. */
export async function countLines(path: string, limit: number): Promise<number> {
  const handle = await unlessMissing(openPlainFile(path))
  if (!handle) return 0
  await using _ = handle
  let lines = 0
  for await (const chunk of readRange(handle, 0, Number.MAX_SAFE_INTEGER)) {
    lines += countNewlines(chunk)
    if (lines > limit) break
  }
  return lines
}

/** Whether `path` is still the file that is open. */
export async function isSameFile(handle: FileHandle, path: string): Promise<boolean> {
  const [opened, found] = await Promise.all([
    handle.stat({ bigint: true }),
    unlessMissing(lstat(path, { bigint: true })),
  ])
  return found !== undefined && found.ino === opened.ino && found.dev === opened.dev
}

export async function removeFile(path: string): Promise<void> {
  await unlessMissing(unlink(path))
}

/** Makes the names of a directory survive a power cut. Windows cannot, and needs not. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  await using handle = await open(path, constants.O_RDONLY)
  await handle.sync()
}

export async function unlessMissing<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Where the newest `lines` lines of the first `size` bytes begin; 0 when there are no more than that. A last
 * piece without its newline belongs to them, and is no line.
 */
export async function newestLinesStart(handle: FileHandle, size: number, lines: number): Promise<number> {
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  let newlines = 0
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES)
    const { bytesRead } = await handle.read(chunk, 0, end - start, start)
    if (bytesRead < end - start) throw new Error('the file became shorter while it was read')
    const bytes = chunk.subarray(0, bytesRead)
    for (
      let at = bytes.lastIndexOf(NEWLINE);
      at !== -1;
      at = at > 0 ? bytes.lastIndexOf(NEWLINE, at - 1) : -1
    ) {
      // The newline before the wanted lines is the end of the line that goes.
      if (newlines === lines) return start + at + 1
      newlines++
    }
    end = start
  }
  return 0
}
