import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

/** A directory of its own, removed when the test file (or the enclosing suite) has ended. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'canvas-sync-'))
  after(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}
