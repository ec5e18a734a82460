/** So many characters at most; heartbeats do not count, they are few and replace each other. */
const LIMIT = 16 * 1_048_576

/** What waits in memory: lines that the disk refused, and heartbeats, which nobody wants later. */
export class MemoryQueue {
  readonly #lines: { readonly line: string; readonly droppable: boolean }[] = []
  readonly #beats = new Set<string>()
  #size = 0

  get length(): number {
    return this.#lines.length
  }

  /** Returns how many lines were dropped for want of space: log lines before all others. */
  add(lines: readonly string[], droppable: boolean): number {
    let dropped = 0
    for (const line of lines) {
      this.#lines.push({ line, droppable })
      this.#size += line.length
    }
    for (let at = 0; this.#size > LIMIT && at < this.#lines.length;) {
      const entry = this.#lines[at]
      if (entry === undefined || !entry.droppable) {
        at++
        continue
      }
      this.#lines.splice(at, 1)
      this.#size -= entry.line.length
      dropped++
    }
    return dropped
  }

  /** @param append throws when it cannot take them; then they stay */
  moveTo(append: (text: string) => void): void {
    if (this.#lines.length === 0) return
    append(this.#lines.map(({ line }) => `${line}\n`).join(''))
    this.drop(this.#lines.length)
  }

  peek(count: number): string[] {
    return this.#lines.slice(0, count).map(({ line }) => line)
  }

  drop(count: number): void {
    for (const { line } of this.#lines.splice(0, count)) this.#size -= line.length
  }

  addBeat(line: string): void {
    this.#beats.add(line)
  }

  takeBeats(): string[] {
    const beats = [...this.#beats]
    this.#beats.clear()
    return beats
  }
}
