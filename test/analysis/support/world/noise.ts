import { Buffer } from 'node:buffer'
import type { Dice, WorldOptions } from './line.ts'
import { hasFeature } from './tasks.ts'

/** Lines in no form at all; in a text file the parts of some of them are whole lines. */
const NO_LINES = [
  '[1,2,3]',
  '42',
  '"operations"',
  'null',
  'true',
  '{}',
  '{"level":"INFO","message":"no time"}',
  '{"timestamp":true,"level":"INFO","event":"x","message":"no time"}',
  '{"timestamp":"yesterday","level":"INFO","event":"x","message":"no time"}',
  '{"timestamp":"2026-13-41T00:00:00.000Z","level":"INFO","event":"x","message":"no such day"}',
  '[2026-05-01 10:15:35]',
  '[2026-99-99 10:15:35] INFO [f:1]: no such day',
  '[2026-05-01 10:15:35 INFO [f:1]: no end of the time',
  'not a line of ours',
  '['.repeat(5000),
] as const

const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "/app/canvas_client.py", line 93, in _make_request',
  '    response.raise_for_status()',
  'requests.exceptions.HTTPError: 503 Server Error',
] as const

/** @param whole a good line of our own form without blanks around it, for pieces of it */
export function malformedLine(whole: string, options: WorldOptions, dice: Dice): Uint8Array {
  if (hasFeature(options, 'long_lines') && dice.chance(0.02)) return Buffer.alloc(1_200_000, 'x')
  const cut = dice.whole(1, whole.length - 2)
  switch (dice.whole(0, 8)) {
    case 0:
      return Buffer.from(whole.slice(0, cut))
    case 1:
      return Buffer.from(whole.slice(cut))
    case 2:
      return Buffer.alloc(dice.whole(1, 600))
    case 3:
      return Buffer.concat([Buffer.alloc(8), Buffer.from(whole)])
    case 4:
      return Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0xf0, 0x9f, dice.whole(128, 255)])
    case 5:
      return Buffer.from(whole.slice(0, cut) + whole)
    case 6:
      return Buffer.from(whole + whole)
    default:
      return Buffer.from(dice.one(NO_LINES))
  }
}

export function traceback(): Uint8Array[] {
  return TRACEBACK.map((line) => Buffer.from(line))
}

export function blankLine(dice: Dice): Uint8Array {
  return Buffer.from(dice.one(['', '', ' ', '\t', '\r']))
}
