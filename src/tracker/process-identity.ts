import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { pidSpace, processStart } from '../logs/directory/process-identity.ts'

export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** Where the pid means something: two containers of one host name may use the same numbers. */
  readonly pid_space: string
  /** Tells this run of this machine from another machine of the same name. `none` where the system does not say. */
  readonly boot: string
  /** `pid_space`, start time and `boot`: what tells this process from any other with the same pid. */
  readonly process_started: string
}

let boot: string | undefined

function bootId(): string {
  try {
    boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    boot = 'none'
  }
  return boot
}

/** Who this process is, for the row of a sync that it runs. */
export function processIdentity(): ProcessIdentity {
  const pid_space = pidSpace()
  const started = processStart(process.pid) ?? 'unknown'
  const process_started = `${pid_space} ${started} ${bootId()}`
  return { host: hostname(), pid: process.pid, pid_space, boot: bootId(), process_started }
}
