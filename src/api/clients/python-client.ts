import { readFile } from 'node:fs/promises'

/** The same depth below `src` and `dist`; it comes with the package as it is. */
const FILE = new URL('../../../python/canvas_sync_monitor.py', import.meta.url)

let read: Promise<Uint8Array> | null = null

/** The bytes of the client for Python, read once. */
export function pythonClient(): Promise<Uint8Array> {
  read ??= readFile(FILE)
  return read
}
