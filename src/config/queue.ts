import { z } from 'zod'
import { validateBaseUrl } from '../canvas/origin.ts'
import { parseDuration, writeDuration } from '../core/duration-text.ts'
import { DEFAULT_LEASE_MS, SHORTEST_LEASE_MS } from '../queue/sync-queue.ts'

/** Where a source is and where its token is, on this machine. */
export interface SourceConfig {
  /** `https://host` of Canvas. */
  readonly base_url: string
  /** A file with the access token alone. */
  readonly token_file?: string
  /** The environment variable that has it. */
  readonly token_env?: string
}

/** What the workers of this machine need. */
export interface QueueConfig {
  /** By name. Only in a configuration file; `default` is CANVAS_BASE_URL with CANVAS_ACCESS_TOKEN. */
  readonly sources: Readonly<Record<string, SourceConfig>>
  /** How long a worker may be silent before its jobs are given to others: a duration from 10 s to 1 h. Default `30s`. */
  readonly queue_lease: string
}

export const QUEUE_DEFAULTS: QueueConfig = { sources: {}, queue_lease: writeDuration(DEFAULT_LEASE_MS) }

interface Names {
  readonly environment: string | null
  readonly flag: string | null
  readonly example: string
}

export const QUEUE_NAMES: Readonly<Record<keyof QueueConfig, Names>> = {
  sources: {
    environment: null,
    flag: null,
    example:
      '{ "science": { "base_url": "https://canvas.example.edu", "token_file": "/etc/canvas/science.token" } }',
  },
  queue_lease: { environment: 'CANVAS_SYNC_QUEUE_LEASE', flag: null, example: '30s' },
}

const NAME = /^[a-z0-9][a-z0-9_.-]{0,99}$/
const NAMES_RULE = 'must have names of 1 to 100 small letters, digits, dots, _ and -'
const LEASE_RULE = 'must be a duration from 10s to 1h'
const LONGEST_LEASE_MS = 3_600_000

const SOURCE = z
  .strictObject({
    base_url: z
      .string('must be text')
      .trim()
      .refine(isBaseUrl, 'must be the address of a Canvas host, such as https://canvas.example.edu'),
    token_file: z.string('must be text').trim().min(1, 'must not be empty').optional(),
    token_env: z
      .string('must be text')
      .regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable')
      .optional(),
  })
  .refine(
    ({ token_file, token_env }) => (token_file === undefined) !== (token_env === undefined),
    'must have either token_file or token_env',
  )

export const QUEUE_SCHEMA: Readonly<Record<keyof QueueConfig, z.ZodType>> = {
  sources: z.record(z.string().regex(NAME, NAMES_RULE), SOURCE, {
    error: ({ code }) =>
      code === 'invalid_key' ? NAMES_RULE : 'must be an object of sources by their names',
  }),
  queue_lease: z
    .string(LEASE_RULE)
    .trim()
    .refine((text) => {
      const lease_ms = parseDuration(text) ?? 0
      return lease_ms >= SHORTEST_LEASE_MS && lease_ms <= LONGEST_LEASE_MS
    }, LEASE_RULE),
}

function isBaseUrl(text: string): boolean {
  try {
    validateBaseUrl(text)
    return true
  } catch {
    return false
  }
}

/** Milliseconds. */
export const leaseOf = ({ queue_lease }: QueueConfig): number =>
  parseDuration(queue_lease) ?? DEFAULT_LEASE_MS
