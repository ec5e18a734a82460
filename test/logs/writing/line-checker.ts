/** What a checker of log files found; a sound log has `torn`, `lost` and `clashes` at 0. */
export interface LineReport {
  readonly lines: number
  readonly torn: number
  /** Acknowledged lines that are in no file. */
  readonly lost: number
  /** The same line more than once: allowed, same `(writer, seq)` and same content. */
  readonly duplicates: number
  /** Different lines with the same `(writer, seq)`. */
  readonly clashes: number
  /** Lines nobody says to have written. */
  readonly unknown: number
}

/**
 * Checks the text of a log against what its writers acknowledged.
 * @param acknowledged lines per writer: each wrote seq 1 to that number
 */
export function checkLines(text: string, acknowledged: ReadonlyMap<string, number>): LineReport {
  const seen = new Map<string, string>()
  let torn = 0
  let duplicates = 0
  let clashes = 0
  let unknown = 0
  for (const line of text.split(/(?<=\n)/)) {
    if (line.trim() === '') continue
    const identity = identityOf(line)
    if (identity === undefined) {
      torn++
      continue
    }
    const before = seen.get(identity.key)
    if (before === undefined) seen.set(identity.key, line)
    else if (before === line) duplicates++
    else clashes++
    if (identity.seq > (acknowledged.get(identity.writer) ?? 0)) unknown++
  }
  let lost = 0
  for (const [writer, count] of acknowledged) {
    for (let seq = 1; seq <= count; seq++) if (!seen.has(`${writer} ${seq}`)) lost++
  }
  return { lines: seen.size, torn, lost, duplicates, clashes, unknown }
}

function identityOf(line: string): { writer: string; seq: number; key: string } | undefined {
  if (!line.endsWith('\n')) return undefined
  try {
    const { writer, seq } = JSON.parse(line) as Record<string, unknown>
    if (typeof writer !== 'string' || typeof seq !== 'number') return undefined
    return { writer, seq, key: `${writer} ${seq}` }
  } catch {
    return undefined
  }
}
