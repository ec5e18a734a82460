import type { SyncMetadata } from '../core/sync-record.ts'

// What the server refuses would be lost: a job's odd values are made what the protocol knows.

/** No single amount is more. */
const MOST = 1e12
/** From 2001 to 2286. A machine whose clock was never set is somewhere else. */
const EARLIEST_MS = 1_000_000_000_000
const LATEST_MS = 9_999_999_999_999
const METADATA_CHARACTERS = 65_536
const METADATA_LEVELS = 64

/** Ids and names: whole characters, none of them null, at most 255. */
export function wireName(name: string): string {
  const text = wireText(name, 255).replaceAll('\0', '\ufffd')
  return text === '' ? '-' : text
}

export const wireNameOrNull = (name: string | null): string | null => (name === null ? null : wireName(name))

export function wireText(text: string, longest: number): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  return whole.length <= longest ? whole : whole.slice(0, longest).toWellFormed()
}

export const wireTime = (ms: number): number => Math.min(LATEST_MS, Math.max(EARLIEST_MS, Math.round(ms)))

export const wireAmount = (amount: number): number => (amount > 0 ? Math.min(amount, MOST) : 0)

/** An object of counts and amounts. */
export function wireCounts<T extends object>(counts: T): T {
  const entries = Object.entries(counts) as [string, number][]
  return Object.fromEntries(
    entries.map(([name, count]) => {
      const is_fraction = name.endsWith('_ms') || name === 'api_request_cost'
      return [name, is_fraction ? wireAmount(count) : Math.floor(wireAmount(count))]
    }),
  ) as T
}

/** Null for what is more than a server takes. */
export function wireMetadata(metadata: SyncMetadata | null): SyncMetadata | null {
  if (metadata === null || isDeeperThan(metadata, METADATA_LEVELS)) return null
  return JSON.stringify(metadata).length <= METADATA_CHARACTERS ? metadata : null
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(part, levels - 1))
}
