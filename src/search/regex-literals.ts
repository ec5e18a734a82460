const META = new Set('.^$*+?()[]{}|\\')
const GIVE_UP: readonly string[] = []

/**
 * Texts of plain ASCII that every match of an expression holds; none when that is not easily seen. Groups are passed
 * over, so `(GET|PUT) /courses/\d+` gives ` /courses/`.
 */
export function requiredLiterals(pattern: string): readonly string[] {
  const runs: string[] = []
  let run = ''
  const endRun = (): void => {
    if (run !== '') runs.push(run)
    run = ''
  }
  for (let at = 0; at < pattern.length;) {
    const atom = readAtom(pattern, at)
    if (!atom) return GIVE_UP
    const [quantifier = ''] = /^(?:[*+?]|\{\d+(?:,\d*)?\})[?+]?/.exec(pattern.slice(atom.end)) ?? []
    at = atom.end + quantifier.length
    const may_be_missing = /^(?:[*?]|\{0)/.test(quantifier)
    if (atom.literal === undefined || may_be_missing) {
      endRun()
      continue
    }
    run += atom.literal
    if (quantifier !== '') endRun()
  }
  endRun()
  return runs
}

interface Atom {
  readonly end: number
  /** A character that stands for itself; undefined for a class, a group, an assertion. */
  readonly literal?: string
}

/** Undefined where the expression means more than is understood here: a choice, flags, a quotation. */
function readAtom(pattern: string, at: number): Atom | undefined {
  const char = pattern[at] ?? ''
  if (char === '|' || char === ')') return undefined
  if (char === '(') return readGroup(pattern, at)
  if (char === '[') return readClass(pattern, at)
  if (char === '\\') return readEscape(pattern, at)
  if (char === '.' || char === '^' || char === '$') return { end: at + 1 }
  if (META.has(char)) return undefined
  return /[ -~]/.test(char) && char !== '"' ? { end: at + 1, literal: char } : { end: at + 1 }
}

function readEscape(pattern: string, at: number): Atom | undefined {
  const next = pattern[at + 1] ?? ''
  if (/[!#-/:-@[\]^_`{-~]/.test(next)) return { end: at + 2, literal: next }
  // A quotation mark or backslash may be escaped in the line.
  if (next === '"' || next === '\\') return { end: at + 2 }
  return /[dDwWsSbBAz]/.test(next) ? { end: at + 2 } : undefined
}

function readClass(pattern: string, at: number): Atom | undefined {
  let end = at + 1
  if (pattern[end] === '^') end++
  if (pattern[end] === ']') end++
  for (; end < pattern.length; end++) {
    if (pattern[end] === '\\') end++
    else if (pattern[end] === '[') return undefined
    else if (pattern[end] === ']') return { end: end + 1 }
  }
  return undefined
}

function readGroup(pattern: string, at: number): Atom | undefined {
  // Flags would hold for what follows too.
  if (pattern[at + 1] === '?' && pattern[at + 2] !== ':') return undefined
  for (let end = pattern[at + 1] === '?' ? at + 3 : at + 1; end < pattern.length;) {
    if (pattern[end] === ')') return { end: end + 1 }
    const inner = '|*+?{}'.includes(pattern[end] ?? '') ? { end: end + 1 } : readAtom(pattern, end)
    if (!inner) return undefined
    end = inner.end
  }
  return undefined
}
