import { hostname } from 'node:os'
import { pidSpace, processStart } from '../logs/directory/process-identity.ts'

export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** Where the pid means something: two containers of one host name may use the same numbers. */
  readonly pid_space: string
  /** `pid_space` and start time: what tells this process from a later one with the same pid. */
  readonly process_started: string
}

/** Who this process is, for the row of a sync that it runs. */
export function processIdentity(): ProcessIdentity {
  const pid_space = pidSpace()
  const started = processStart(process.pid) ?? 'unknown'
  return { host: hostname(), pid: process.pid, pid_space, process_started: `${pid_space} ${started}` }
}
