/** One entry of a `Link` header. */
export interface LinkEntry {
  /** The reference between `<` and `>`, byte for byte. */
  readonly uri: string
  /** Relation types in lower case. */
  readonly rel: readonly string[]
  /** Parameters by lower-case name; of a repeated one the first, as RFC 8288 section 3.3 says for `rel`. */
  readonly params: ReadonlyMap<string, string>
}

/**
 * Parses a `Link` header as RFC 8288 section 3 describes. Never throws and is linear in the length of the
 * header: what cannot be read is skipped up to the next comma.
 */
export function parseLinkHeader(header: string): LinkEntry[] {
  const entries: LinkEntry[] = []
  let at = 0
  while (at < header.length) {
    at = skipWhile(header, at, ' \t,')
    if (header[at] !== '<') {
      at = skipGarbage(header, at, ',')
      continue
    }
    const end = header.indexOf('>', at)
    if (end === -1) break
    const uri = header.slice(at + 1, end).trim()
    const params = new Map<string, string>()
    at = readParams(header, end + 1, params)
    const rel = (params.get('rel') ?? '').toLowerCase().split(/[ \t]+/)
    entries.push({ uri, rel: rel.filter((type) => type !== ''), params })
  }
  return entries
}

/** The reference of the first link with `rel="next"`; null without one. A link about another page is not ours. */
export function nextLink(header: string | undefined): string | null {
  if (header === undefined) return null
  const next = parseLinkHeader(header).find(
    (entry) => entry.rel.includes('next') && !entry.params.has('anchor'),
  )
  return next?.uri ?? null
}

function readParams(header: string, from: number, params: Map<string, string>): number {
  let at = from
  for (;;) {
    at = skipWhile(header, at, ' \t')
    if (at >= header.length || header[at] === ',') return at
    if (header[at] !== ';') {
      at = skipGarbage(header, at, ',;')
      continue
    }
    at = skipWhile(header, at + 1, ' \t')
    const name_end = skipUntil(header, at, ' \t=;,')
    const name = header.slice(at, name_end).toLowerCase()
    at = skipWhile(header, name_end, ' \t')
    let value = ''
    if (header[at] === '=') {
      at = skipWhile(header, at + 1, ' \t')
      if (header[at] === '"') {
        const quoted = readQuoted(header, at)
        value = quoted.value
        at = quoted.end
      } else {
        const value_end = skipUntil(header, at, ' \t;,')
        value = header.slice(at, value_end)
        at = value_end
      }
    }
    if (name !== '' && !params.has(name)) params.set(name, value)
  }
}

function readQuoted(header: string, from: number): { value: string; end: number } {
  let value = ''
  let at = from + 1
  while (at < header.length && header[at] !== '"') {
    if (header[at] === '\\') at += 1
    value += header[at] ?? ''
    at += 1
  }
  return { value, end: at + 1 }
}

/** Skips to one of `stops`, but not to one inside a quoted string. */
function skipGarbage(header: string, from: number, stops: string): number {
  let at = from
  while (at < header.length && !stops.includes(header[at] ?? '')) {
    at = header[at] === '"' ? readQuoted(header, at).end : at + 1
  }
  return at
}

function skipWhile(text: string, from: number, characters: string): number {
  let at = from
  while (at < text.length && characters.includes(text[at] ?? '')) at += 1
  return at
}

function skipUntil(text: string, from: number, characters: string): number {
  let at = from
  while (at < text.length && !characters.includes(text[at] ?? '')) at += 1
  return at
}
