/**
 * The values of a row that PostgreSQL wrote as one text (`row(…)::text`). To read one text and take it apart costs a third
 * of reading dozens of columns one by one.
 *
 * @param is_number of each column; the others are texts
 */
export function valuesOfPacked(packed: string, is_number: readonly boolean[]): (string | number | null)[] {
  const values: (string | number | null)[] = []
  const end = packed.length - 1
  for (let at = 1; at <= end;) {
    if (packed[at] === '"') {
      const close = endOfQuoted(packed, at + 1)
      const text = packed.slice(at + 1, close)
      values.push(/["\\]/.test(text) ? text.replaceAll(/(["\\])\1/g, '$1') : text)
      at = close + 2
    } else {
      const comma = packed.indexOf(',', at)
      const stop = comma === -1 ? end : comma
      // An empty text has quotes.
      if (stop === at) values.push(null)
      else {
        const text = packed.slice(at, stop)
        values.push(is_number[values.length] === true ? Number(text) : text)
      }
      at = stop + 1
    }
  }
  return values
}

/** What has a space or a sign in it stands in quotes, where quotes and backslashes are doubled. */
function endOfQuoted(packed: string, from: number): number {
  for (let at = packed.indexOf('"', from); ; at = packed.indexOf('"', at + 2)) {
    if (at === -1) return packed.length - 1
    if (packed[at + 1] !== '"') return at
  }
}
