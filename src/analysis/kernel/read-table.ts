/** One group as the kernel counted it. Times are epoch milliseconds. */
export interface GroupCount {
  /** As it stands in JSON, its escapes resolved. */
  readonly key: string
  lines: number
  failed: number
  /** Lines with a duration. */
  timed: number
  total_ms: number
  min_ms: number
  max_ms: number
  first_ms: number
  last_ms: number
  /** The sum of `count`; of progress the newest `percent`, -1 for none. */
  amount: number
  /**
   * Of progress the newest `elapsed_ms`, -1 for none; of operations the longest duration of a sync that ended.
   */
  extra: number
  /** Of a task in operations: 1 it started, 2 it ended. */
  flags: number
  histogram: Uint32Array | null
  /** A whole line. */
  readonly example: string | null
}

export interface TableDump {
  readonly groups: readonly GroupCount[]
  /** Lines whose key found no room. */
  readonly refused_lines: number
}

// The offsets of kernel/assembly/table.ts.
const FIRST = 16
const REFUSED = 32
const BUCKETS = 35 * 128 + 128

/** How the key at an address is told. */
type ReadKey = (view: DataView, at: number, length: number) => string

/** Walks a table of the kernel's memory. */
export function readTable(buffer: ArrayBuffer, table: number, readKey: ReadKey = textKey): TableDump {
  const view = new DataView(buffer)
  const pointer = (at: number): number => view.getUint32(at, true)
  const number = (at: number): number => view.getFloat64(at, true)
  const text = (at: number, length: number): string => Buffer.from(buffer, at, length).toString()
  const groups: GroupCount[] = []
  for (let entry = pointer(table + FIRST); entry !== 0; entry = pointer(entry + 8)) {
    const histogram = pointer(entry + 12)
    const example = pointer(entry + 100)
    groups.push({
      key: readKey(view, pointer(entry), pointer(entry + 4)),
      histogram: histogram === 0 ? null : new Uint32Array(buffer, histogram, BUCKETS).slice(),
      lines: number(entry + 16),
      failed: number(entry + 24),
      timed: number(entry + 32),
      total_ms: number(entry + 40),
      min_ms: number(entry + 48),
      max_ms: number(entry + 56),
      first_ms: number(entry + 64),
      last_ms: number(entry + 72),
      amount: number(entry + 80),
      extra: number(entry + 88),
      flags: view.getInt32(entry + 96, true),
      example: example === 0 ? null : text(example, pointer(entry + 104)),
    })
  }
  return { groups, refused_lines: number(table + REFUSED) }
}

function textKey({ buffer }: DataView, at: number, length: number): string {
  return unescaped(Buffer.from(buffer, at, length).toString())
}

/** `<number of the stream>:<quarters of an hour since the epoch>` */
export function quarterKey(view: DataView, at: number): string {
  return `${view.getUint8(at)}:${view.getBigInt64(at + 1, true)}`
}

function unescaped(key: string): string {
  if (!key.includes('\\')) return key
  // A fingerprint has separators that JSON would refuse.
  return key
    .split('\u001f')
    .map((part) => {
      try {
        return JSON.parse(`"${part}"`) as string
      } catch {
        return part
      }
    })
    .join('\u001f')
}
