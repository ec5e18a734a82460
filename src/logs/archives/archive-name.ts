import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'

const NAME = /^(([a-z_]+?)_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d))(?:_\d{1,9})?\.tar\.gz$/

export interface ArchiveName {
  readonly stream: LogStream
  /** When the archive was made, from its name, which a copy or a restore keeps: epoch milliseconds. */
  readonly created_ms: number
}

/** `<stream>_<YYYYMMDD>_<HHMMSS>[_n].tar.gz`, in UTC; `n` from 1 for archives of the same second. */
export function archiveName(stream: LogStream, created_ms: number, n: number): string {
  const digits = new Date(created_ms).toISOString().replaceAll(/\D/g, '')
  return `${stream}_${digits.slice(0, 8)}_${digits.slice(8, 14)}${n === 0 ? '' : `_${n}`}.tar.gz`
}

/** Undefined for any name that {@link archiveName} does not give, an impossible date included. */
export function parseArchiveName(name: string): ArchiveName | undefined {
  const match = NAME.exec(name)
  const stream = LOG_STREAMS.find((stream) => stream === match?.[2])
  if (!match || !stream) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(3).map(Number)
  const created_ms = Date.UTC(year, month - 1, day, hour, minute, second)
  const is_real_date = archiveName(stream, created_ms, 0) === `${match[1]}.tar.gz`
  return is_real_date ? { stream, created_ms } : undefined
}
