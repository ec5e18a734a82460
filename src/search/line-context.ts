import type { PendingHit } from './pending-hits.ts'

const NEWLINE = 10
/** Of a line around a hit, so much is kept: a hundred of them may be wanted for every hit. */
const KEPT_BYTES = 8192

/**
 * Puts the lines around hits together while the blocks of one file go by, upward or downward. What a block does not
 * hold of them is at the near edge of the block before, which is kept, or of the next.
 */
export class LineContext {
  readonly #lines: number
  readonly #is_backward: boolean
  /** In the order of the file. */
  #edge: string[] = []
  #open: PendingHit[] = []

  constructor(lines: number, is_backward: boolean) {
    this.#lines = lines
    this.#is_backward = is_backward
  }

  /** Whether hits lack lines that the next block has. */
  get is_waiting(): boolean {
    return this.#open.length > 0
  }

  /** Completes the hits of the blocks before; call for each block before its hits are added. */
  enter(block: Buffer): void {
    if (this.#lines === 0) return
    const open = this.#open
    this.#open = []
    for (const hit of open) {
      const found = this.#is_backward
        ? linesBefore(block, block.length, hit.missing)
        : linesAfter(block, 0, hit.missing)
      if (this.#is_backward) hit.before.unshift(...found)
      else hit.after.push(...found)
      this.#settle(hit, hit.missing - found.length, found)
    }
  }

  /** The line of the hit is at `start` to before `end` of the block. */
  add(hit: PendingHit, block: Buffer, start: number, end: number): void {
    const wanted = this.#lines
    if (wanted === 0) return
    hit.before.push(...linesBefore(block, start, wanted))
    hit.after.push(...linesAfter(block, end + 1, wanted))
    const [near, far] = this.#is_backward ? [hit.after, hit.before] : [hit.before, hit.after]
    const missing_near = wanted - near.length
    if (missing_near > 0 && this.#is_backward) near.push(...this.#edge.slice(0, missing_near))
    else if (missing_near > 0) near.unshift(...this.#edge.slice(-missing_near))
    this.#settle(hit, wanted - far.length, [...near, ...far])
  }

  /** Call for each block after its hits were added. */
  leave(block: Buffer): void {
    if (this.#lines === 0) return
    this.#edge = this.#is_backward
      ? [...linesAfter(block, 0, this.#lines), ...this.#edge].slice(0, this.#lines)
      : [...this.#edge, ...linesBefore(block, block.length, this.#lines)].slice(-this.#lines)
  }

  /** Nothing more comes: what is missing is not there. */
  end(): void {
    for (const hit of this.#open) hit.missing = 0
    this.#open = []
  }

  #settle(hit: PendingHit, missing: number, added: readonly string[]): void {
    hit.missing = missing
    for (const line of added) hit.bytes += line.length * 2
    if (missing > 0) this.#open.push(hit)
  }
}

/** Up to `count` whole lines before the one that starts at `start`. */
function linesBefore(block: Buffer, start: number, count: number): string[] {
  const lines: string[] = []
  for (let at = start; at > 0 && lines.length < count;) {
    const end = block[at - 1] === NEWLINE ? at - 1 : at
    const line_start = end === 0 ? 0 : block.lastIndexOf(NEWLINE, end - 1) + 1
    lines.push(textOf(block, line_start, end))
    at = line_start
  }
  return lines.toReversed()
}

function linesAfter(block: Buffer, start: number, count: number): string[] {
  const lines: string[] = []
  for (let at = start; at < block.length && lines.length < count;) {
    const newline = block.indexOf(NEWLINE, at)
    const end = newline === -1 ? block.length : newline
    lines.push(textOf(block, at, end))
    at = end + 1
  }
  return lines
}

function textOf(block: Buffer, start: number, end: number): string {
  return block.toString('utf8', start, Math.min(end, start + KEPT_BYTES))
}
