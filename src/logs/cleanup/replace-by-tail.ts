import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { hashRange, readRange } from '../directory/plain-file.ts'
import { randomName, replaceFile } from '../directory/replace-file.ts'

const TEMPORARY = /^[a-z_]+\.log\.\d{6,15}-[\da-f]{8}\.[\da-f]{16}\.tmp$/

/** Whether a name in the log folder is one that only an unfinished shortening leaves behind. */
export function isUnfinishedTail(name: string): boolean {
  return TEMPORARY.test(name)
}

/**
 * Puts a new file with the bytes from `from` to before `to` in the place of a rotated file, in one rename: at
 * no moment is there neither, nor both. It has the old one's age, permissions and, if possible, owner. When
 * the old one has been deleted meanwhile (as the oldest backup), nothing takes its place.
 *
 * @throws system errors; Error when what was written cannot be read back
 */
export async function replaceByTail(
  path: string,
  handle: FileHandle,
  from: number,
  to: number,
): Promise<void> {
  await replaceFile(path, `${path}.${randomName()}.tmp`, handle, (output) =>
    copyTail(output, handle, from, to),
  )
}

async function copyTail(output: FileHandle, handle: FileHandle, from: number, to: number): Promise<void> {
  const hash = createHash('sha256')
  for await (const chunk of readRange(handle, from, to)) {
    hash.update(chunk)
    await output.writeFile(chunk)
  }
  await output.sync()
  const { size } = await output.stat()
  if (size !== to - from || (await hashRange(output, 0, size)) !== hash.digest('hex')) {
    throw new Error('what should stay of it differs, read back')
  }
}
