import { closeSync, openSync, readSync } from 'node:fs'

const NEWLINE = 10
const READ_BYTES = 262_144

export interface SegmentLines {
  readonly lines: readonly string[]
  /** Behind the last of them. */
  readonly end: number
}

/**
 * Whole lines between two places of a file, at least one; null when there is none.
 * @throws system errors
 */
export function readSegmentLines(
  path: string,
  from: number,
  to: number,
  most: { readonly lines: number; readonly bytes: number },
): SegmentLines | null {
  const file = openSync(path, 'r')
  try {
    let bytes = Buffer.alloc(0)
    const lines: string[] = []
    let end = from
    let at = 0
    for (let next = from; ;) {
      const newline = bytes.indexOf(NEWLINE, at)
      if (newline === -1) {
        const chunk = Buffer.allocUnsafe(Math.min(READ_BYTES, to - next))
        const read = chunk.length === 0 ? 0 : readSync(file, chunk, 0, chunk.length, next)
        if (read === 0) break
        next += read
        bytes = Buffer.concat([bytes.subarray(at), chunk.subarray(0, read)])
        at = 0
        continue
      }
      const length = newline + 1 - at
      if (lines.length > 0 && (lines.length >= most.lines || end - from + length > most.bytes)) break
      lines.push(bytes.toString('utf8', at, newline))
      end += length
      at = newline + 1
    }
    return lines.length === 0 ? null : { lines, end }
  } finally {
    closeSync(file)
  }
}
