import type { RE2JS } from 're2js'
import { MonitorError } from '../core/errors.ts'
import { MAX_TEXT_LENGTH, type LineFilter } from './log-query.ts'
import { requiredLiterals } from './regex-literals.ts'
import { plainRuns, undoEscapes } from './undo-escapes.ts'

/** Of a line, so much is looked at. */
export const MATCHED_BYTES = 65_536
const MAX_INSTRUCTIONS = 1000
/** A match costs at most about 1 µs for each of so many pairs of byte and instruction; keeps one line below 50 ms. */
const MAX_WORK = 1_048_576
const MIN_MATCHED_BYTES = 4096

/** What is looked for in the text of a line. */
export interface LinePattern {
  /** How much of a line is given to `test`, in bytes. */
  readonly matched_bytes: number
  readonly test: (line: string) => boolean
  /** Stand in every line that matches, as they are, or in any case when `any_case`. */
  readonly literals: readonly string[]
  readonly any_case: boolean
  /** For a text without plain ASCII: one of these is in every line that matches. */
  readonly alternatives?: readonly Buffer[]
}

/**
 * Undefined when the filter has neither text nor expression.
 * @throws MonitorError `usage`
 */
export async function linePattern(filter: LineFilter): Promise<LinePattern | undefined> {
  const { text, regex, ignore_case = false } = filter
  if (text !== undefined && regex !== undefined) {
    throw usage('A search takes a text or a regular expression, not both.', 'Leave one of them out.')
  }
  const wanted = text ?? regex
  if (wanted === undefined || wanted === '') return undefined
  if (wanted.length > MAX_TEXT_LENGTH) {
    throw usage(
      `What is looked for has ${wanted.length} characters; at most ${MAX_TEXT_LENGTH} are possible.`,
      'Look for a part of it.',
    )
  }
  return text === undefined ? regexPattern(wanted, ignore_case) : textPattern(wanted, ignore_case)
}

function textPattern(text: string, ignore_case: boolean): LinePattern {
  const literals = plainRuns(text)
  const base = { matched_bytes: MATCHED_BYTES, literals, any_case: ignore_case }
  if (!ignore_case) {
    const test = (line: string): boolean => line.includes(text) || undoEscapes(line).includes(text)
    const alternatives = literals.length === 0 ? writtenForms(text) : undefined
    return alternatives ? { ...base, test, alternatives } : { ...base, test }
  }
  // Without `u`, no letter outside of ASCII is the same as one of ASCII, and what is plain stays findable.
  const any_case = new RegExp(RegExp.escape(text), 'i')
  return { ...base, test: (line) => any_case.test(line) || any_case.test(undoEscapes(line)) }
}

/** The first character that is not ASCII, as UTF-8 and escaped. */
function writtenForms(text: string): Buffer[] | undefined {
  const [char] = /[\u00a0-\ufffc]|[\u{10000}-\u{10ffff}]/u.exec(text) ?? []
  if (char === undefined) return undefined
  const hex = char.charCodeAt(0).toString(16).padStart(4, '0')
  const forms = new Set([char, `\\u${hex}`, `\\u${hex.toUpperCase()}`])
  return [...forms].map((form) => Buffer.from(form))
}

async function regexPattern(regex: string, ignore_case: boolean): Promise<LinePattern> {
  const compiled = await compile(regex, ignore_case)
  const instructions = compiled.programSize()
  if (instructions > MAX_INSTRUCTIONS) {
    throw usage(
      'The regular expression is too large once its repetitions are written out.',
      'Use smaller numbers in its braces, or look for a text.',
    )
  }
  const matched_bytes = Math.min(
    MATCHED_BYTES,
    Math.max(MIN_MATCHED_BYTES, Math.floor(MAX_WORK / Math.max(1, instructions))),
  )
  const test = (line: string): boolean =>
    compiled.test(line) || (line.includes('\\') && compiled.test(undoEscapes(line)))
  const literals = requiredLiterals(regex)
  return {
    matched_bytes,
    test,
    literals: ignore_case ? foldsInAscii(literals) : literals,
    any_case: ignore_case,
  }
}

/** For RE2, the Kelvin sign is a K and the long s an S. */
function foldsInAscii(literals: readonly string[]): string[] {
  return literals.flatMap((literal) => literal.split(/[ks]/i)).filter((piece) => piece !== '')
}

async function compile(regex: string, ignore_case: boolean): Promise<RE2JS> {
  // Large; most searches do without.
  const { RE2JS, RE2JSException } = await import('re2js')
  try {
    return RE2JS.compile(regex, ignore_case ? RE2JS.CASE_INSENSITIVE : 0)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    throw usage(
      'The regular expression cannot be used: it is wrong, too large, or needs what RE2 leaves out (look-around, backreferences).',
      'See https://github.com/google/re2/wiki/Syntax for what is possible.',
    )
  }
}

function usage(message: string, next_step: string): MonitorError {
  return new MonitorError('usage', message, { next_step })
}
