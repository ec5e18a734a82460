import { randomBytes } from 'node:crypto'
import { open, rename, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isSameFile, removeFile, syncDirectory } from './plain-file.ts'

/**
 * Puts other content in the place of an open file in one rename. It has the old one's age, permissions and, if possible,
 * owner.
 *
 * @param temporary a name in the same folder that a clean-up knows for a leftover
 * @returns false when the file is no longer under that name; then nothing takes its place
 */
export async function replaceFile(
  path: string,
  temporary: string,
  handle: FileHandle,
  write: (output: FileHandle) => Promise<void>,
): Promise<boolean> {
  try {
    const { mode, uid, gid, atime, mtime } = await handle.stat()
    {
      await using output = await open(temporary, 'wx+', 0o600)
      await write(output)
      await output.chown(uid, gid).catch(() => {
        // Only root may give files away.
      })
      await output.chmod(mode & 0o777)
      await output.utimes(atime, mtime)
      await output.sync()
    }
    if (!(await isSameFile(handle, path))) {
      await removeFile(temporary)
      return false
    }
    await rename(temporary, path)
    await syncDirectory(dirname(path))
    return true
  } catch (error) {
    await removeFile(temporary).catch(() => {
      // The next clean-up removes it.
    })
    throw error
  }
}

export const randomName = (): string => randomBytes(8).toString('hex')
