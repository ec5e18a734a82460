import type { EncodedLine } from './log-line.ts'

interface Block {
  readonly buffer: Buffer
  start: number
  end: number
  lines: number
}

/**
 * Encoded lines waiting for their file, in blocks of about one write each. A line never spans two blocks, so
 * every block can go out with one write that holds whole lines.
 */
export class LineQueue {
  readonly #block_bytes: number
  readonly #blocks: Block[] = []
  #spare: Block | undefined
  #bytes = 0
  #lines = 0

  /** @param block_bytes bytes of a block; a longer line gets a block of its own */
  constructor(block_bytes: number) {
    this.#block_bytes = block_bytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get lines(): number {
    return this.#lines
  }

  push(line: EncodedLine): void {
    const { length } = line
    const block = this.#blockFor(length)
    line.bytes.copy(block.buffer, block.end, 0, length)
    block.end += length
    block.lines++
    this.#bytes += length
    this.#lines++
  }

  /** The oldest block's bytes, whole lines; valid until the next `consume`. Undefined when empty. */
  head(): Uint8Array | undefined {
    const block = this.#blocks[0]
    return block && block.buffer.subarray(block.start, block.end)
  }

  /** Takes `bytes` (whole lines of the head) off; returns how many lines they are. */
  consume(bytes: number): number {
    const block = this.#blocks[0]
    if (!block) return 0
    const whole = block.start + bytes === block.end
    const lines = whole ? block.lines : countNewlines(block.buffer, block.start, block.start + bytes)
    block.start += bytes
    block.lines -= lines
    this.#bytes -= bytes
    this.#lines -= lines
    if (whole) this.#retire(block)
    return lines
  }

  #blockFor(bytes: number): Block {
    const last = this.#blocks.at(-1)
    if (last && bytes <= last.buffer.length - last.end) return last
    const block = bytes <= this.#block_bytes ? this.#takeSpare() : newBlock(bytes)
    this.#blocks.push(block)
    return block
  }

  #takeSpare(): Block {
    const spare = this.#spare ?? newBlock(this.#block_bytes)
    this.#spare = undefined
    return spare
  }

  #retire(block: Block): void {
    this.#blocks.shift()
    if (block.buffer.length !== this.#block_bytes) return
    block.start = 0
    block.end = 0
    this.#spare = block
  }
}

function newBlock(bytes: number): Block {
  return { buffer: Buffer.allocUnsafeSlow(bytes), start: 0, end: 0, lines: 0 }
}

function countNewlines(buffer: Buffer, start: number, end: number): number {
  let lines = 0
  for (let at = buffer.indexOf(10, start); at !== -1 && at < end; at = buffer.indexOf(10, at + 1)) lines++
  return lines
}
