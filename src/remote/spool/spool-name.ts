import { processStart } from '../../logs/directory/process-identity.ts'

const NAME = /^(\d{1,10})-([\w.]{1,40})-([\da-f]{8})-(\d{6})\.ndjson$/

/** A segment of a spool: `<pid>-<start of process>-<run>-<number>.ndjson`. */
export interface SpoolName {
  readonly pid: number
  readonly process_started: string
  /** Names one outbox; its events carry it in their ids. */
  readonly run: string
  readonly number: number
}

export function spoolName({ pid, process_started, run, number }: SpoolName): string {
  return `${pid}-${process_started}-${run}-${String(number).padStart(6, '0')}.ndjson`
}

export function parseSpoolName(name: string): SpoolName | null {
  const [, pid, process_started = '', run = '', number] = NAME.exec(name) ?? []
  if (pid === undefined) return null
  return { pid: Number(pid), process_started, run, number: Number(number) }
}

/** Whether the process that writes this segment is gone. One on another host cannot be told, and is left alone. */
export function isOrphaned({ pid, process_started }: SpoolName): boolean {
  const start = processStart(pid)
  if (start === undefined) return true
  return start !== process_started && start !== 'unknown' && process_started !== 'unknown'
}
