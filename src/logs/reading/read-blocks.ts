import { blockBytes, CUT_LINE_BYTES, LARGEST_LINE_BYTES, type ReadBlocksOptions } from './block-options.ts'
import { LineWindow } from './line-window.ts'
import type { ByteRange, LineBlock, LogSource } from './log-source.ts'
import { openContent } from './source-content.ts'
import { unreadable } from './unreadable-source.ts'

export type { ReadBlocksOptions } from './block-options.ts'
export { readBlocksBackward } from './read-blocks-backward.ts'

/** How much more than a range is read to find the end of its last line. */
const LOOK_AHEAD_BYTES = 65_536

/**
 * The lines of a source in ascending order, in blocks of whole lines. The buffer is used again: a block's bytes are
 * valid until the next block is asked for. Of a plain file that grows, what is there when it is opened is read.
 *
 * A last line without newline is left out of a live file, where it may still be being written; of any other source it
 * is a block of its own, without newline. So is a line of more than 16 MiB, cut to its first 4 KiB.
 *
 * @throws UnreadableSourceError when the file is gone, may not be read, is a link, or is damaged; all whole lines before
 * the damage have been given by then
 */
export async function* readBlocks(
  source: LogSource,
  range: ByteRange = {},
  options: ReadBlocksOptions = {},
): AsyncGenerator<LineBlock> {
  const { from = 0, to = Number.POSITIVE_INFINITY } = range
  const start = Math.max(0, from - 1)
  const content = await openContent(source, start).catch((error: unknown) => {
    throw unreadable(source.name, error)
  })
  try {
    const capacity = Math.min(blockBytes(options), Math.max(0, to - start) + LOOK_AHEAD_BYTES)
    const window = new LineWindow(content, start, capacity)
    if (from > 0) await skipLine(window, to)
    yield* linesUntil(window, to, source.kind !== 'live', options.signal)
    if (window.failure !== undefined && window.offset < to) throw unreadable(source.name, window.failure)
  } finally {
    await content.close()
  }
}

async function* linesUntil(
  window: LineWindow,
  to: number,
  keeps_open_line: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<LineBlock> {
  while (window.offset < to) {
    signal?.throwIfAborted()
    await fillUntil(window, to)
    const end = blockEnd(window, to)
    if (end > 0) {
      yield { bytes: window.head(end), offset: window.offset }
      window.drop(end)
    } else if (window.has_ended) {
      if (keeps_open_line && window.failure === undefined && window.filled > 0) {
        yield { bytes: window.head(window.filled), offset: window.offset }
      }
      return
    } else if (window.capacity < LARGEST_LINE_BYTES) {
      if (window.filled === window.capacity) window.grow()
    } else if (window.filled === window.capacity) {
      yield { bytes: window.head(CUT_LINE_BYTES), offset: window.offset }
      await skipLine(window, to)
    }
  }
}

/** Of the lines that start before `to`: where those that are whole in the window end; 0 for none. */
function blockEnd(window: LineWindow, to: number): number {
  const last_start = to - 1 - window.offset
  return (last_start < window.filled ? window.lineEndAfter(last_start) : 0) || window.lastLineEnd()
}

/** Drops everything up to the next newline, or all there is. */
async function skipLine(window: LineWindow, to: number): Promise<void> {
  for (;;) {
    await fillUntil(window, to)
    const end = window.lineEndAfter(0)
    window.drop(end === 0 ? window.filled : end)
    if (end > 0 || window.has_ended) return
  }
}

/** Not more than a little behind the range, but always some more than before. */
async function fillUntil(window: LineWindow, to: number): Promise<void> {
  await window.fill(Math.max(to - window.offset, window.filled) + LOOK_AHEAD_BYTES)
}
