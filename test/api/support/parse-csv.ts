/** A cell as it stood: an empty one with quotes is a text, without them it is nothing. */
export interface CsvCell {
  readonly text: string
  readonly quoted: boolean
}

/** Records of RFC 4180, strictly: with CRLF after each. Throws at anything else. */
export function parseCsv(source: string): CsvCell[][] {
  const records: CsvCell[][] = []
  let record: CsvCell[] = []
  let at = 0
  while (at < source.length) {
    const [cell, end] = source[at] === '"' ? quotedAt(source, at) : plainAt(source, at)
    record.push(cell)
    if (source[end] === ',') at = end + 1
    else if (source.startsWith('\r\n', end)) {
      records.push(record)
      record = []
      at = end + 2
    } else throw new Error(`neither a comma nor a line break at ${end}: ${source.slice(end, end + 20)}`)
    // A comma at the end of a line is followed by a cell without a character.
    if (source[end] === ',' && source.startsWith('\r\n', at)) {
      records.push([...record, { text: '', quoted: false }])
      record = []
      at += 2
    }
  }
  if (record.length > 0) throw new Error('the last record has no line break')
  return records
}

function plainAt(source: string, at: number): [CsvCell, number] {
  let end = at
  while (end < source.length && source[end] !== ',' && source[end] !== '\r') {
    if (source[end] === '"' || source[end] === '\n')
      throw new Error(`a cell without quotes has one at ${end}`)
    end++
  }
  return [{ text: source.slice(at, end), quoted: false }, end]
}

function quotedAt(source: string, at: number): [CsvCell, number] {
  let text = ''
  for (let end = at + 1; ; end++) {
    if (end >= source.length) throw new Error('a quote is not closed')
    if (source[end] !== '"') text += source[end]
    else if (source[end + 1] === '"') {
      text += '"'
      end++
    } else return [{ text, quoted: true }, end + 1]
  }
}
