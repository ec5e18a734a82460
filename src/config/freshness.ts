import { z } from 'zod'
import { DURATION_FORMS, parseDuration } from '../core/duration-text.ts'
import { MonitorError } from '../core/errors.ts'
import { DEFAULT_FRESHNESS_TARGET } from '../core/freshness-verdict.ts'

/** When data counts as stale. */
export interface FreshnessConfig {
  /** Of the server: how old the last whole read of a list may be, as a duration such as `6h`. Default 24h. */
  readonly freshness_target: string
}

export const FRESHNESS_DEFAULTS: FreshnessConfig = { freshness_target: DEFAULT_FRESHNESS_TARGET }

interface Names {
  readonly environment: string | null
  readonly flag: string | null
  readonly example: string
}

export const FRESHNESS_NAMES: Readonly<Record<keyof FreshnessConfig, Names>> = {
  freshness_target: { environment: 'FRESHNESS_TARGET', flag: null, example: '6h' },
}

const SHORTEST_MS = 60_000
const RULE = `must be ${DURATION_FORMS}, and a minute or longer`

const target = z
  .string(RULE)
  .trim()
  .refine((text) => (parseDuration(text) ?? 0) >= SHORTEST_MS, RULE)

export const FRESHNESS_SCHEMA: Readonly<Record<keyof FreshnessConfig, z.ZodType>> = {
  freshness_target: target,
}

/**
 * Milliseconds.
 * @throws MonitorError `config_invalid` when it is no such duration
 */
export function freshnessTarget(text: string): number {
  const checked = target.safeParse(text)
  const duration_ms = checked.success ? parseDuration(checked.data) : null
  if (duration_ms !== null) return duration_ms
  throw new MonitorError('config_invalid', `The freshness target ${RULE}.`, {
    next_step: `Leave it out for ${DEFAULT_FRESHNESS_TARGET}, or give one such as 6h.`,
  })
}
