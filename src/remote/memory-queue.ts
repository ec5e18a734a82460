/** Log lines are kept while there are fewer characters than these; starts and ends always. */
const LIMIT = 16 * 1_048_576

/** Stands for one line: the same text may be there twice. */
export interface QueuedLine {
  readonly line: string
}

/** What waits in memory because the disk refuses it. */
export class MemoryQueue {
  #lines: QueuedLine[] = []
  #size = 0

  get length(): number {
    return this.#lines.length
  }

  /** Returns how many lines were dropped for want of space. */
  add(lines: readonly string[], droppable: boolean): number {
    let dropped = 0
    for (const line of lines) {
      if (droppable && this.#size + line.length > LIMIT) {
        dropped++
        continue
      }
      this.#lines.push({ line })
      this.#size += line.length
    }
    return dropped
  }

  /** @param append throws when it cannot take them; then they stay */
  moveTo(append: (text: string) => void): void {
    if (this.#lines.length === 0) return
    append(this.#lines.map(({ line }) => `${line}\n`).join(''))
    this.#lines = []
    this.#size = 0
  }

  peek(count: number): readonly QueuedLine[] {
    return this.#lines.slice(0, count)
  }

  /** Those that were moved to the disk meanwhile are no longer here. */
  drop(delivered: readonly QueuedLine[]): void {
    const gone = new Set(delivered)
    this.#lines = this.#lines.filter((queued) => !gone.has(queued))
    this.#size = this.#lines.reduce((sum, { line }) => sum + line.length, 0)
  }
}
