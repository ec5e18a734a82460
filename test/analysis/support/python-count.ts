import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** What `count_logs.py` counts. Names without lines are left out. */
export interface PythonCount {
  readonly forms?: Readonly<Record<string, number>>
  readonly streams?: Readonly<Record<string, number>>
  readonly methods?: Readonly<Record<string, number>>
  readonly statuses?: Readonly<Record<string, number>>
  readonly skipped?: { readonly malformed?: number; readonly blank?: number; readonly duplicate?: number }
  /** Of `api_calls`, in milliseconds. */
  readonly durations: {
    readonly count: number
    readonly total: number
    readonly min: number | null
    readonly max: number | null
  }
}

/** The reason why `python3` cannot be asked, or false. */
export function pythonIsMissing(): string | false {
  // `str.removeprefix` and times with any number of decimals came with 3.11.
  const check = 'import sys; sys.exit(sys.version_info < (3, 11))'
  const { status } = spawnSync('python3', ['-c', check], { stdio: 'ignore' })
  return status === 0 ? false : 'there is no python3 of version 3.11 or later'
}

export function countWithPython(directory: string): PythonCount {
  const script = join(import.meta.dirname, 'count_logs.py')
  const text = execFileSync('python3', [script, directory], { encoding: 'utf8', maxBuffer: 1 << 26 })
  return JSON.parse(text) as PythonCount
}
