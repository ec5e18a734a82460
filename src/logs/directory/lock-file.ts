import { closeSync, constants, openSync, readSync } from 'node:fs'

// Windows has neither.
const O_NOFOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0
const O_NONBLOCK = (constants.O_NONBLOCK as number | undefined) ?? 0
const LONGEST_LOCK_BYTES = 512

/** What a lock says of its holder; undefined when there is none. What cannot be read is some lock all the same. */
export function readLockFile(path: string): string | undefined {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const content = Buffer.alloc(LONGEST_LOCK_BYTES)
      return content.toString('utf8', 0, readSync(descriptor, content))
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'unreadable'
  }
}
