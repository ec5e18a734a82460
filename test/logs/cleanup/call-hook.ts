import { open } from 'node:fs/promises'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** The calls by which a clean-up changes the disk. */
export const CHANGING_CALLS = [
  'mkdir',
  'open',
  'link',
  'rename',
  'unlink',
  'writeFile',
  'sync',
  'renameSync',
] as const
export type ChangingCall = (typeof CHANGING_CALLS)[number]

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown

/**
 * Has `hook` called before each call that changes the disk, with its first argument; what it throws is what the call fails with.
 * Returns the function that ends it.
 */
export async function hookChanges(hook: (call: ChangingCall, path: unknown) => void): Promise<() => void> {
  const probe = await open('/dev/null', 'r')
  const handle_prototype = Object.getPrototypeOf(probe) as Record<string, AnyFunction>
  await probe.close()
  const owners: readonly [Record<string, AnyFunction>, readonly ChangingCall[]][] = [
    [fs.promises as unknown as Record<string, AnyFunction>, ['mkdir', 'open', 'link', 'rename', 'unlink']],
    [handle_prototype, ['writeFile', 'sync']],
    [fs as unknown as Record<string, AnyFunction>, ['renameSync']],
  ]
  const undo: (() => void)[] = []
  for (const [owner, calls] of owners) {
    for (const call of calls) {
      const original = owner[call]
      if (!original) throw new Error(`no ${call}`)
      owner[call] = isAsync(call)
        ? async function (...values) {
            if (call !== 'open' || String(values[1]).startsWith('wx')) hook(call, values[0])
            return original.apply(this, values)
          }
        : function (...values) {
            hook(call, values[0])
            return original.apply(this, values)
          }
      undo.push(() => {
        owner[call] = original
      })
    }
  }
  syncBuiltinESMExports()
  return () => {
    for (const each of undo) each()
    syncBuiltinESMExports()
  }
}

function isAsync(call: ChangingCall): boolean {
  return call !== 'renameSync'
}
