import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOG_STREAMS, type LogStream } from '../../../src/core/log-event.ts'

export type LogLine = Record<string, unknown> & { readonly stream: LogStream }

/** Every line of the live files and their backups, parsed; a line that is no JSON fails the test. */
export function readLines(directory: string): LogLine[] {
  return readdirSync(directory)
    .filter((name) => /^[a-z_]+\.log/.test(name))
    .sort()
    .flatMap((name) => {
      const stream = LOG_STREAMS.find((stream) => name.startsWith(`${stream}.log`))
      if (stream === undefined) return []
      const lines = readFileSync(join(directory, name), 'utf8').split('\n')
      return lines
        .filter((line) => line.trim() !== '')
        .map((line) => ({ ...(JSON.parse(line) as Record<string, unknown>), stream }))
    })
}

/** Lines without what differs between two runs of the same job. */
export function withoutIdentity(lines: readonly LogLine[]): Record<string, unknown>[] {
  return lines.map(({ timestamp: _1, writer: _2, seq: _3, ...line }) => line)
}

/** Without the copies that a rotation may leave, as every reader leaves them out. */
export function withoutCopies(lines: readonly LogLine[]): LogLine[] {
  const seen = new Set<string>()
  return lines.filter(({ writer, seq, stream, timestamp }) => {
    const identity = JSON.stringify([writer, seq, stream, timestamp])
    if (seen.has(identity)) return false
    seen.add(identity)
    return true
  })
}
