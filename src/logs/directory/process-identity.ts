import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Where pids mean the same: one host, one pid namespace. Never holds white space. */
export function pidSpace(): string {
  let namespace = 'none'
  try {
    namespace = readlinkSync('/proc/self/ns/pid')
  } catch {
    // Not Linux: the host alone has to do.
  }
  return `${hostname()}/${namespace}`.replaceAll(/\s/g, '_')
}

/**
 * When the process started, in the kernel's clock ticks since boot: with its pid it names a process even
 * after pids are used again. `unknown` where there is no /proc; undefined when no such process lives.
 */
export function processStart(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined
  }
  try {
    return startFromStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return 'unknown'
  }
}

/**
 * Field 22 of /proc/<pid>/stat; undefined for a zombie. The second field is the command's name, which may
 * itself hold spaces and parentheses: the rest starts behind the last parenthesis.
 */
export function startFromStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : (fields[19] ?? 'unknown')
}
