import type { GrowingText } from './growing-text.ts'

export interface SkipDialect {
  readonly backslash: boolean
  /** `#` begins a comment, and a condition that MySQL reads stands in one: in MySQL's dumps. */
  readonly mysql: boolean
}

/** Signs that may begin something in which a semicolon is none. */
const SPECIAL = /[;'"`\-#/$]/g

/** To behind the semicolon that ends the statement. */
export async function skipStatement(text: GrowingText, dialect: SkipDialect): Promise<void> {
  for (;;) {
    SPECIAL.lastIndex = text.at
    const match = SPECIAL.exec(text.text)
    if (match === null) {
      text.at = text.text.length
      if (text.ended) return
      await text.more()
      continue
    }
    text.at = match.index
    const sign = match[0]
    if (sign === ';') {
      text.at++
      return
    }
    if (sign === "'" || sign === '"' || sign === '`') {
      const hides = sign === '`' ? false : dialect.backslash || isMarked(text)
      text.at++
      await skipQuoted(text, sign, hides)
    } else if (!(await skipComment(text, dialect)) && !(await skipDollars(text, sign, dialect))) {
      text.at++
    }
  }
}

/** `E'…'`: a text with backslashes. */
const isMarked = ({ text, at }: GrowingText): boolean =>
  /(?:^|[^\w$])E$/i.test(text.slice(Math.max(0, at - 2), at))

/** From behind the opening quote to behind the closing one. A doubled quote ends one text and begins another. */
export async function skipQuoted(text: GrowingText, quote: string, hides: boolean): Promise<void> {
  for (;;) {
    const end = text.text.indexOf(quote, text.at)
    const hidden = hides ? text.text.indexOf('\\', text.at) : -1
    if (hidden !== -1 && (end === -1 || hidden < end)) {
      text.at = hidden
      await text.ensure(2)
      text.at = Math.min(text.at + 2, text.text.length)
    } else if (end === -1) {
      text.at = text.text.length
      if (text.ended) return
      await text.more()
    } else {
      text.at = end + 1
      return
    }
  }
}

/** Spaces and comments, and what is left of one that only MySQL reads: the words in it are there. */
export async function skipSpaceAndComments(text: GrowingText, dialect: SkipDialect): Promise<void> {
  for (;;) {
    await text.ensure(16)
    const start = text.at
    while (/\s/.test(text.text[text.at] ?? '')) text.at++
    if (text.at === start && !(await skipComment(text, dialect))) return
    if (text.left === 0 && text.ended) return
  }
}

/** A comment that begins here; false when there is none. */
export async function skipComment(text: GrowingText, { mysql }: SkipDialect): Promise<boolean> {
  await text.ensure(16)
  const start = text.text.slice(text.at, text.at + 16)
  if ((mysql && start.startsWith('#')) || (mysql ? /^--(?:\s|$)/ : /^--/).test(start)) {
    await skipTo(text, '\n')
    return true
  }
  if (mysql && start.startsWith('*/')) {
    text.at += 2
    return true
  }
  if (!start.startsWith('/*')) return false
  const condition = mysql ? /^\/\*M?!(\d{5,6})?/.exec(start) : null
  // The words for versions that do not exist are for clients alone.
  if (condition !== null && Number(condition[1] ?? 0) < 999_000) text.at += condition[0].length
  else {
    text.at += 2
    await skipTo(text, '*/')
  }
  return true
}

/** A text of PostgreSQL between `$name$`. */
async function skipDollars(text: GrowingText, sign: string, { mysql }: SkipDialect): Promise<boolean> {
  if (sign !== '$' || mysql) return false
  await text.ensure(80)
  const mark = /^\$(?:[A-Za-z_]\w*)?\$/.exec(text.text.slice(text.at, text.at + 80))?.[0]
  if (mark === undefined) return false
  text.at += mark.length
  await skipTo(text, mark)
  return true
}

/** To behind these characters, or to the end. */
export async function skipTo(text: GrowingText, end: string): Promise<void> {
  for (;;) {
    const found = text.text.indexOf(end, text.at)
    if (found !== -1) {
      text.at = found + end.length
      return
    }
    // The first of them may have come already.
    text.at = Math.max(text.at, text.text.length - end.length + 1)
    if (text.ended) {
      text.at = text.text.length
      return
    }
    await text.more()
  }
}
