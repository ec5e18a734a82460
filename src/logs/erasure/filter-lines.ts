import type { LineVerdict, WhoseLine } from './whose-line.ts'

const NEWLINE = 10
/** A line beyond this is no line of a log; it is judged by its beginning. */
const LONGEST_LINE_BYTES = 4 * 1_048_576

export interface FilterCounts {
  erased: number
  suspicious: number
}

/**
 * The bytes without the lines that are theirs; the rest is passed on as it is, a last piece without its newline too.
 *
 * @param counts is added to while the bytes are read
 */
export async function* withoutTheirLines(
  chunks: AsyncIterable<Buffer>,
  whose: WhoseLine,
  counts: FilterCounts,
): AsyncGenerator<Buffer> {
  const open = new OpenLine()
  for await (const chunk of chunks) {
    const kept: Buffer[] = []
    let kept_from = 0
    let at = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, at)) {
      const before = open.take()
      if (count(counts, whose.of(textOf(before, chunk.subarray(at, end)))) === 'theirs') {
        if (at > kept_from) kept.push(chunk.subarray(kept_from, at))
        kept_from = end + 1
      } else kept.push(...before)
      at = end + 1
    }
    if (at > kept_from) kept.push(chunk.subarray(kept_from, at))
    if (at < chunk.length) open.add(Buffer.from(chunk.subarray(at)))
    if (kept.length > 0) yield kept.length === 1 ? (kept[0] as Buffer) : Buffer.concat(kept)
  }
  const rest = open.take()
  if (rest.length > 0 && count(counts, whose.of(textOf(rest, EMPTY))) !== 'theirs') yield Buffer.concat(rest)
}

const EMPTY = Buffer.alloc(0)

class OpenLine {
  #pieces: Buffer[] = []

  add(piece: Buffer): void {
    this.#pieces.push(piece)
  }

  take(): readonly Buffer[] {
    const pieces = this.#pieces
    if (pieces.length > 0) this.#pieces = []
    return pieces
  }
}

function textOf(before: readonly Buffer[], last: Buffer): string {
  const bytes = before.length === 0 ? last : Buffer.concat([...before, last])
  return bytes.toString('utf8', 0, Math.min(bytes.length, LONGEST_LINE_BYTES))
}

function count(counts: FilterCounts, verdict: LineVerdict): LineVerdict {
  if (verdict === 'theirs') counts.erased++
  else if (verdict === 'suspicious') counts.suspicious++
  return verdict
}
