import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import { DIMENSIONS, type DimensionName } from './dimensions.ts'
import { KERNEL_BYTES } from './kernel-bytes.ts'
import { quarterKey, readTable, type TableDump } from './read-table.ts'

/** What is used of the standard; Node's types leave it to those of browsers. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    instantiate(
      module: Uint8Array,
      imports: object,
    ): Promise<{ readonly instance: { readonly exports: unknown } }>
  }
}

/** What the module offers; see kernel/assembly/index.ts. Addresses and sizes are bytes. */
interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  prepare(input_bytes: number): number
  hostBuffer(): number
  register(length: number, field: number): void
  addDimension(stream: number, field: number, limit: number, histograms: number): number
  setRange(before_ms: number, since_ms: number, until_ms: number): void
  readLegacy(yes: boolean): void
  scan(from: number, to: number, stream: number, weight: number, form: number): number
  leftAt(): number
  leftCount(): number
  beginSegment(): void
  endSegment(): number
  rangesAt(): number
  countersOf(stream: number): number
  histogramOf(stream: number, before: number): number
  quarterTable(): number
  recentAt(): number
}

/** Field names by the numbers of kernel/assembly/fields.ts. */
const FIELDS: readonly string[] = [
  'timestamp level event task_id user_id writer seq message method endpoint status duration_ms items page attempt',
  'request_cost rate_limit_remaining bytes error_type course_id operation entity count batch percent elapsed_ms',
  'sync_type',
].flatMap((names) => names.split(' '))
/** The fields of an entry that are counted: those behind the parts that every line has. */
export const COUNTED_FIELDS: ReadonlySet<string> = new Set(FIELDS.slice(FIELDS.indexOf('message') + 1))
/** Added to a field's number for the name that the earlier system's JSON formatter gives it. */
const LEGACY = 64
const LEGACY_FIELDS: Readonly<Record<string, string>> = {
  extra_method: 'method',
  extra_endpoint: 'endpoint',
  extra_response_status: 'status',
  extra_duration_ms: 'duration_ms',
  extra_user_id: 'user_id',
  extra_course_id: 'course_id',
  extra_task_id: 'task_id',
}
/** Names that only that formatter writes; nobody counts them. */
const LEGACY_ONLY_FIELDS = ['logger', 'module', 'function']
const LEGACY_ONLY = 127
/** A line with one of these is read by the host: `parseLogLine` gives them meanings. */
const FOREIGN_FIELDS = [
  'extra response_status status_code url path entity_type progress_percent progress current_step current_operation',
  'sync_task_id event_type records_affected items_count exception exc_info traceback duration_seconds',
  'elapsed_seconds error_message',
].flatMap((names) => names.split(' '))
const FOREIGN = -2

export const COUNTERS = 40
const BUCKETS = 35 * 128 + 128
const PADDING_BYTES = 64
/** What `hostBuffer` holds at most. */
export const LONGEST_HOST_LINE = 200_000

const RANGE_BYTES = 24
const RECENT = 24
const RECENT_BYTES = 24

/** A rising run of `seq` of one writer in one part of a file. */
export interface SeqRange {
  readonly writer: string
  readonly first_seq: number
  readonly last_seq: number
}

export interface RecentLine {
  readonly time_ms: number
  readonly line: string
}

/** Everything that a kernel has counted, in a form that crosses threads. */
export interface KernelDump {
  readonly counters: Readonly<Record<LogStream, Float64Array>>
  readonly histograms: Readonly<Record<LogStream, { current: Uint32Array; before: Uint32Array }>>
  readonly tables: Readonly<Record<LogStream, Partial<Record<DimensionName, TableDump>>>>
  /** Keys are the stream's number and the quarter of an hour since the epoch: see `quarterKey`. */
  readonly quarters: TableDump
  readonly recent: readonly RecentLine[]
}

/** Lines that the kernel cannot read itself, by where they stand in the input. */
export interface LeftLine {
  readonly start: number
  readonly length: number
}

/** The range of a scan, epoch milliseconds; infinite where there is no bound. */
export interface ScanRange {
  /** Whether the earlier system's times are UTC; else the host reads its lines. */
  readonly legacy_is_utc: boolean
  /** Start of the period before, which ends at `since_ms`; infinity for none. */
  readonly before_ms: number
  readonly since_ms: number
  readonly until_ms: number
}

/** One byte scanner with its own memory: see kernel/README.md. */
export class Kernel {
  readonly input_bytes: number
  readonly #exports: KernelExports
  readonly #input: number
  readonly #tables: [LogStream, DimensionName, number][] = []
  #bytes: Uint8Array
  #numbers: DataView

  private constructor(exports: KernelExports, input_bytes: number, range: ScanRange) {
    this.#exports = exports
    this.input_bytes = input_bytes
    this.#input = exports.prepare(input_bytes)
    this.#bytes = new Uint8Array(exports.memory.buffer)
    this.#numbers = new DataView(exports.memory.buffer)
    exports.setRange(range.before_ms, range.since_ms, range.until_ms)
    for (const [field, name] of FIELDS.entries()) this.#register(name, field)
    for (const [name, field] of Object.entries(LEGACY_FIELDS)) {
      this.#register(name, LEGACY + FIELDS.indexOf(field))
    }
    for (const name of LEGACY_ONLY_FIELDS) this.#register(name, LEGACY_ONLY)
    for (const name of FOREIGN_FIELDS) this.#register(name, FOREIGN)
    exports.readLegacy(range.legacy_is_utc)
    for (const [number, stream] of LOG_STREAMS.entries()) {
      for (const { name, field, limit, histograms } of DIMENSIONS[stream]) {
        this.#tables.push([stream, name, exports.addDimension(number, field, limit, histograms)])
      }
    }
    this.#refresh()
  }

  static async create(input_bytes: number, range: ScanRange): Promise<Kernel> {
    const { instance } = await WebAssembly.instantiate(KERNEL_BYTES, {})
    return new Kernel(instance.exports as KernelExports, input_bytes, range)
  }

  /** Where blocks go, `input_bytes` long. Valid until the next call of anything here. */
  get input(): Uint8Array {
    this.#refresh()
    return this.#bytes.subarray(this.#input, this.#input + this.input_bytes)
  }

  /** A part of a file begins, whose ranges of `seq` `endSegment` tells. */
  beginSegment(): void {
    this.#exports.beginSegment()
  }

  /** The ranges of `seq` since `beginSegment`; null when they were too many to keep. */
  endSegment(): SeqRange[] | null {
    const count = this.#exports.endSegment()
    this.#refresh()
    if (count === -1) return null
    const from = this.#exports.rangesAt()
    return Array.from({ length: count }, (_, index) => {
      const at = from + index * RANGE_BYTES
      const numbers = this.#numbers
      return {
        writer: this.#text(numbers.getUint32(at, true), numbers.getUint32(at + 4, true)),
        first_seq: numbers.getFloat64(at + 8, true),
        last_seq: numbers.getFloat64(at + 16, true),
      }
    })
  }

  /**
   * Counts the whole lines in the first `length` bytes of the input, which end in a newline. Calls `onLeft` for each
   * line that it cannot read; the input must stay as it is meanwhile.
   */
  scan(length: number, stream: LogStream, onLeft: (line: LeftLine) => void): void {
    const number = LOG_STREAMS.indexOf(stream)
    this.#refresh()
    const end = this.#input + length
    this.#bytes.fill(0, end, end + PADDING_BYTES)
    for (let at = this.#input; at < end;) {
      at = this.#exports.scan(at, end, number, 1, 0)
      const count = this.#exports.leftCount()
      if (count === 0) continue
      this.#refresh()
      // Copied, because reading one of them may use the same list.
      const from = this.#exports.leftAt()
      const left = new Uint32Array(this.#exports.memory.buffer.slice(from, from + count * 8))
      for (let i = 0; i < left.length; i += 2) {
        onLeft({ start: (left[i] ?? 0) - this.#input, length: left[i + 1] ?? 0 })
      }
    }
  }

  /**
   * Counts one line in the product's own form, `weight` times: -1 takes a copy out again. Returns false when it is not
   * in that form.
   * @param form its number in `LOG_FORMS`
   */
  scanLine(line: string, stream: LogStream, weight: 1 | -1, form: number): boolean {
    this.#refresh()
    const host = this.#exports.hostBuffer()
    const room = this.#bytes.subarray(host, host + LONGEST_HOST_LINE)
    const { written, read } = new TextEncoder().encodeInto(`${line}\n`, room)
    if (read < line.length + 1) return false
    this.#bytes.fill(0, host + written, host + written + PADDING_BYTES)
    this.#exports.scan(host, host + written, LOG_STREAMS.indexOf(stream), weight, form)
    return this.#exports.leftCount() === 0
  }

  /** One counter of a stream, by the numbers of kernel/assembly/streams.ts. */
  counter(stream: LogStream, counter: number): number {
    this.#refresh()
    const at = this.#exports.countersOf(LOG_STREAMS.indexOf(stream))
    return this.#numbers.getFloat64(at + counter * 8, true)
  }

  dump(): KernelDump {
    this.#refresh()
    const { buffer } = this.#exports.memory
    const tables: Record<string, Partial<Record<DimensionName, TableDump>>> = {}
    for (const stream of LOG_STREAMS) tables[stream] = {}
    for (const [stream, name, at] of this.#tables) {
      const of_stream = tables[stream]
      if (of_stream) of_stream[name] = readTable(buffer, at)
    }
    const byStream = <Value>(make: (number: number) => Value): Record<LogStream, Value> =>
      Object.fromEntries(LOG_STREAMS.map((stream, number) => [stream, make(number)])) as Record<
        LogStream,
        Value
      >
    const histogram = (number: number, before: number): Uint32Array =>
      new Uint32Array(buffer, this.#exports.histogramOf(number, before), BUCKETS).slice()
    return {
      counters: byStream((number) =>
        new Float64Array(buffer, this.#exports.countersOf(number), COUNTERS).slice(),
      ),
      histograms: byStream((number) => ({ current: histogram(number, 0), before: histogram(number, 1) })),
      tables: tables as KernelDump['tables'],
      quarters: readTable(buffer, this.#exports.quarterTable(), quarterKey),
      recent: this.#recent(),
    }
  }

  #recent(): RecentLine[] {
    const lines: RecentLine[] = []
    for (let i = 0; i < RECENT; i++) {
      const at = this.#exports.recentAt() + i * RECENT_BYTES
      const time_ms = this.#numbers.getFloat64(at, true)
      const line = this.#numbers.getUint32(at + 8, true)
      const length = this.#numbers.getUint32(at + 12, true)
      if (Number.isFinite(time_ms)) lines.push({ time_ms, line: this.#text(line, length) })
    }
    return lines
  }

  #register(name: string, field: number): void {
    this.#refresh()
    const { written } = new TextEncoder().encodeInto(name, this.#bytes.subarray(this.#exports.hostBuffer()))
    this.#exports.register(written, field)
  }

  #text(at: number, length: number): string {
    return Buffer.from(this.#exports.memory.buffer, at, length).toString()
  }

  /** Memory that has grown has a new buffer. */
  #refresh(): void {
    if (this.#bytes.buffer === this.#exports.memory.buffer) return
    this.#bytes = new Uint8Array(this.#exports.memory.buffer)
    this.#numbers = new DataView(this.#exports.memory.buffer)
  }
}
