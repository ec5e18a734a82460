import { createHash, randomBytes } from 'node:crypto'
import { open, rename, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hashRange, isSameFile, readRange, removeFile, syncDirectory } from '../directory/plain-file.ts'

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
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`
  try {
    await copyTail(temporary, handle, from, to)
    if (!(await isSameFile(handle, path))) {
      await removeFile(temporary)
      return
    }
    await rename(temporary, path)
  } catch (error) {
    await removeFile(temporary).catch(() => {
      // The next clean-up removes it.
    })
    throw error
  }
  await syncDirectory(dirname(path))
}

async function copyTail(temporary: string, handle: FileHandle, from: number, to: number): Promise<void> {
  const { mode, uid, gid, atime, mtime } = await handle.stat()
  await using output = await open(temporary, 'wx+', 0o600)
  const hash = createHash('sha256')
  for await (const chunk of readRange(handle, from, to)) {
    hash.update(chunk)
    await output.writeFile(chunk)
  }
  await output.chown(uid, gid).catch(() => {
    // Only root may give files away.
  })
  await output.chmod(mode & 0o777)
  await output.utimes(atime, mtime)
  await output.sync()
  const { size } = await output.stat()
  if (size !== to - from || (await hashRange(output, 0, size)) !== hash.digest('hex')) {
    throw new Error('what should stay of it differs, read back')
  }
}
