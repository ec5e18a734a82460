import type { Dice } from './line.ts'

export interface ErrorText {
  readonly message: string
  /** The same for all messages of one kind. */
  readonly template: string
}

type Filler = (dice: Dice) => string

const NUMBER: Filler = (dice) => String(dice.whole(1, 99_999))
const UUID: Filler = (dice) => dice.uuid()
const TIME: Filler = (dice) => new Date(Date.UTC(2026, 5, 1) + dice.whole(0, 9_999_999_999)).toISOString()

/** Only what nobody would doubt: digits, UUIDs and times between plain words. */
const TEMPLATES: readonly (readonly [string, ...Filler[]])[] = [
  ['Canvas did not answer within # ms.', NUMBER],
  ['Course # could not be read: the token may not see it.', NUMBER],
  ['Request # failed in the load balancer.', UUID],
  ['The list of course # ended at page # of #.', NUMBER, NUMBER, NUMBER],
  ['Canvas is in maintenance until #.', TIME],
  ['The database is locked.'],
  ['Disk full while writing # rows.', NUMBER],
]

export function errorText(dice: Dice, prefix = ''): ErrorText {
  const [words, ...fillers] = dice.one(TEMPLATES)
  let next = 0
  const message = words.replaceAll('#', () => (fillers[next++] as Filler)(dice))
  return { message: prefix + message, template: prefix + words }
}

/** Text that looks like keys and values, ends of lines or of JSON, and what terminals and parsers stumble over. */
const STRANGE = [
  'said "status":500,"duration_ms":99999 and went on',
  'a line\nbreak and a \t tab and a \r return',
  '{"timestamp":"2026-01-01T00:00:00.000Z","level":"ERROR"}',
  'back\\slash at the end\\',
  'Grüße, 課程, курс, 😀 and \u2028 and \u0000 and \u001b[31m',
  ' "message":"}\n',
] as const

export function strangeText(dice: Dice): string {
  return dice.one(STRANGE)
}
