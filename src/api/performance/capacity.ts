import { statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { z } from 'zod'
import { isoTime } from '../../core/iso-time.ts'
import type { SizeSample } from '../../store/system-store.ts'
import { ok, type Answer } from '../http/answer.ts'
import type { ApiServices } from '../services.ts'
import { windowStart } from '../syncs/statistics.ts'

/** How large everything was at one time. */
export interface SizePoint {
  readonly measured_at: string
  readonly database_bytes: number
  /** About how many syncs the database held. */
  readonly sync_rows: number
  /** Of the server that answers; null where another one measured. */
  readonly log_bytes: number | null
  readonly archive_bytes: number | null
}

export interface Capacity {
  readonly period_days: number
  readonly count: number
  /** Free where the logs are; null where it cannot be asked. */
  readonly disk_free_bytes: number | null
  /** Measured once an hour while a server runs; over a long period fewer, evenly. Oldest first. */
  readonly sizes: readonly SizePoint[]
}

const bytes = z.int().min(0)

export const capacitySchema: z.ZodType<Capacity> = z
  .object({
    period_days: z.int().min(0),
    count: z.int().min(0),
    disk_free_bytes: bytes.nullable(),
    sizes: z.array(
      z.object({
        measured_at: z.iso.datetime(),
        database_bytes: bytes,
        sync_rows: z.int().min(0),
        log_bytes: bytes.nullable(),
        archive_bytes: bytes.nullable(),
      }),
    ),
  })
  .meta({ title: 'Capacity' })

const MOST_POINTS = 200
const HOUR_MS = 3_600_000

export async function getCapacity(
  { days }: { days: number },
  { store, clock, log_reading }: ApiServices,
): Promise<Answer> {
  const now = clock.now()
  const [samples, disk_free_bytes] = await Promise.all([
    store.system.listSizes(windowStart(now, days)),
    freeBytes(log_reading.directory),
  ])
  const sizes = pointsOf(samples, days)
  const body: Capacity = { period_days: days, count: sizes.length, disk_free_bytes, sizes }
  return ok(body)
}

/** One for each piece of the period: the last of it, and of several hosts this one. */
function pointsOf(samples: readonly SizeSample[], days: number): SizePoint[] {
  const piece_ms = Math.ceil((days * 24) / MOST_POINTS) * HOUR_MS
  const here = hostname()
  const points = new Map<number, SizeSample>()
  for (const sample of samples) {
    const piece = Math.floor(sample.measured_at / piece_ms)
    const known = points.get(piece)
    if (known === undefined || known.host !== here || sample.host === here) points.set(piece, sample)
  }
  return [...points.values()].map(({ host, measured_at, database_bytes, sync_rows, ...logs }) => ({
    measured_at: isoTime(measured_at),
    database_bytes,
    sync_rows,
    log_bytes: host === here ? logs.log_bytes : null,
    archive_bytes: host === here ? logs.archive_bytes : null,
  }))
}

/** Free for this process where a folder is; null where it cannot be asked. */
export async function freeBytes(directory: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  } catch {
    return null
  }
}
