import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Of directories that hold logs or a database: what is in them is about people. */
const PRIVATE_DIRECTORY_MODE = 0o750

/**
 * Makes a directory and those above it, like Node's own `recursive`, which never returns where a directory cannot
 * be made though its parent exists (/proc).
 *
 * @throws the system's error when it cannot be made
 */
export function makeDirectory(path: string): void {
  if (isDirectory(path)) return
  makeDirectory(dirname(path))
  try {
    mkdirSync(path, { mode: PRIVATE_DIRECTORY_MODE })
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isDirectory(path)) throw error
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
