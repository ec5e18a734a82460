import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

/** A file system of so many bytes, unmounted after the tests; null where mounting is not permitted. */
export function tinyDisk(bytes: number): string | null {
  const directory = mkdtempSync(join(tmpdir(), 'canvas-sync-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', directory])
  after(() => {
    if (mounted.status === 0) spawnSync('umount', ['-l', directory])
    rmSync(directory, { recursive: true, force: true })
  })
  if (mounted.status !== 0) return null
  return directory
}
