import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { TestContext } from 'node:test'

/**
 * Puts `hook` in front of a function of node:fs for the rest of the test, so that a test can act in the
 * microseconds between two system calls, or make one fail by throwing. The hook's own calls are not hooked.
 */
export function hookSystemCall(
  t: TestContext,
  name: 'writeSync' | 'openSync' | 'renameSync' | 'closeSync' | 'lstatSync' | 'fdatasync',
  hook: (...values: unknown[]) => void,
): void {
  const original = fs[name] as (...values: unknown[]) => unknown
  let inside = false
  const mocked = t.mock.method(fs, name, ((...values: unknown[]) => {
    if (!inside) {
      inside = true
      try {
        hook(...values)
      } finally {
        inside = false
      }
    }
    return original(...values)
  }) as never)
  syncBuiltinESMExports()
  t.after(() => {
    mocked.mock.restore()
    syncBuiltinESMExports()
  })
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: a planted failure`), { code })
}
