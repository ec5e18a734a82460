/** What a checker of log files found; a sound log has `torn`, `lost` and `clashes` at 0. */
export interface LineReport {
  /** Different lines. */
  readonly lines: number
  readonly torn: number
  /** Acknowledged lines that are in no file. */
  readonly lost: number
  /** The same line more than once: allowed, same `(writer, seq)` and same content. */
  readonly duplicates: number
  /** Different lines with the same `(writer, seq)`. */
  readonly clashes: number
  /** Lines nobody says to have written, such as the last ones of a killed writer. */
  readonly unknown: number
}

const NEWLINE = 10
const FIRST_SEQS = 1024

/**
 * Checks log files, a chunk at a time, against what their writers acknowledged. Of a line it keeps 32 bits of a hash
 * of its content, so that gigabytes of log take some megabytes.
 */
export class LineChecker {
  readonly #writers = new Map<string, Uint32Array>()
  #rest = Buffer.alloc(0)
  #torn = 0
  #duplicates = 0
  #clashes = 0

  /** The next bytes of the file being read. */
  add(chunk: Uint8Array): void {
    const bytes = Buffer.concat([this.#rest, chunk])
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#line(bytes.toString('utf8', start, end))
      start = end + 1
    }
    this.#rest = bytes.subarray(start)
  }

  /** The file being read ends here; what it has after its last newline is a torn line. */
  endFile(): void {
    if (this.#rest.toString('utf8').trim() !== '') this.#torn++
    this.#rest = Buffer.alloc(0)
  }

  /** @param acknowledged lines per writer: each wrote seq 1 to that number */
  report(acknowledged: ReadonlyMap<string, number>): LineReport {
    let [lines, lost, unknown] = [0, 0, 0]
    for (const [writer, hashes] of this.#writers) {
      const limit = acknowledged.get(writer) ?? 0
      for (const [seq, hash] of hashes.entries()) {
        if (hash === 0) continue
        lines++
        if (seq > limit) unknown++
      }
    }
    for (const [writer, count] of acknowledged) {
      const hashes = this.#writers.get(writer)
      for (let seq = 1; seq <= count; seq++) if ((hashes?.[seq] ?? 0) === 0) lost++
    }
    return { lines, torn: this.#torn, lost, duplicates: this.#duplicates, clashes: this.#clashes, unknown }
  }

  #line(line: string): void {
    if (line.trim() === '') return
    const identity = identityOf(line)
    if (!identity) {
      this.#torn++
      return
    }
    const hashes = this.#hashesOf(identity.writer, identity.seq)
    const before = hashes[identity.seq]
    const hash = hashOf(line)
    if (before === 0) hashes[identity.seq] = hash
    else if (before === hash) this.#duplicates++
    else this.#clashes++
  }

  /** By seq; 0 for one that was not seen. */
  #hashesOf(writer: string, seq: number): Uint32Array {
    const hashes = this.#writers.get(writer)
    if (hashes && hashes.length > seq) return hashes
    const grown = new Uint32Array(Math.max(FIRST_SEQS, 2 ** Math.ceil(Math.log2(seq + 1))))
    if (hashes) grown.set(hashes)
    this.#writers.set(writer, grown)
    return grown
  }
}

/** Checks one text; see {@link LineChecker}. */
export function checkLines(text: string, acknowledged: ReadonlyMap<string, number>): LineReport {
  const checker = new LineChecker()
  checker.add(Buffer.from(text))
  checker.endFile()
  return checker.report(acknowledged)
}

function identityOf(line: string): { writer: string; seq: number } | undefined {
  try {
    const { writer, seq } = JSON.parse(line) as Record<string, unknown>
    const is_sound = typeof writer === 'string' && Number.isSafeInteger(seq) && Number(seq) > 0
    return is_sound ? { writer, seq: Number(seq) } : undefined
  } catch {
    return undefined
  }
}

/** FNV-1a over UTF-16 units; never 0. */
function hashOf(line: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < line.length; at++) hash = Math.imul(hash ^ line.charCodeAt(at), 0x01000193)
  return hash >>> 0 || 1
}
