import { hash } from 'node:crypto'
import { z } from 'zod'
import { badParameter } from './parameters.ts'
import type { Answer } from './answer.ts'

const VERSION = 1
const LONGEST = 4096

export const cursor: z.ZodType<string | undefined> = z
  .string({ error: 'one cursor' })
  .max(LONGEST, { error: `at most ${LONGEST} characters` })
  .optional()
  .meta({ description: 'Goes on where an answer to the same filters ended' })

/** 72 bits tell one set of filters from another. */
const marksOf = (filters: object): string => hash('sha256', JSON.stringify(filters), 'base64url').slice(0, 12)

/** A place in a list as text for an address; good for these filters only. Nothing in it is secret. */
export function writeCursor(filters: object, place: unknown): string {
  return Buffer.from(JSON.stringify([VERSION, marksOf(filters), place])).toString('base64url')
}

/**
 * The place that `writeCursor` was given for the same filters; null without a cursor. Anything else is refused.
 *
 * @param form what a place looks like: a cursor may come from anybody
 */
export function readCursor<Place>(
  text: string | undefined,
  filters: object,
  form: z.ZodType<Place>,
): { place: Place | null } | { refused: Answer } {
  if (text === undefined) return { place: null }
  const parts = z.tuple([z.literal(VERSION), z.literal(marksOf(filters)), form]).safeParse(parse(text))
  return parts.success
    ? { place: parts.data[2] }
    : { refused: badParameter('cursor', 'one that an answer to the same filters gave') }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return undefined
  }
}
