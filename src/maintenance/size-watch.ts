import { hostname } from 'node:os'
import type { Clock } from '../core/clock.ts'
import { isMonitorError } from '../core/errors.ts'
import { listArchives, listStreamFiles } from '../logs/directory/listing.ts'
import type { Store } from '../store/store.ts'

const HOUR_MS = 3_600_000
const KEPT_MS = 400 * 24 * HOUR_MS

export interface SizeWatchOptions {
  readonly store: Store
  /** Of the logs. */
  readonly directory: string
  readonly clock: Clock
  /** Gets what kept a measurement from being taken; the next one is an hour later. */
  readonly onError: (error: unknown) => void
}

/** Measures now and every hour how large the database and the logs are. What it returns stops it. */
export function watchSizes(options: SizeWatchOptions): () => Promise<void> {
  const { clock, onError } = options
  let measuring: Promise<void> | undefined
  const measure = (): void => {
    measuring ??= keepSizes(options)
      .catch((error: unknown) => {
        // Whoever closed the store meanwhile wants no more of it.
        if (!isMonitorError(error) || error.code !== 'closed') onError(error)
      })
      .finally(() => {
        measuring = undefined
      })
  }
  const stop = clock.every(HOUR_MS, measure)
  measure()
  return async () => {
    stop()
    await measuring
  }
}

async function keepSizes({ store, directory, clock }: SizeWatchOptions): Promise<void> {
  const [{ size_bytes }, sync_rows, files, archives] = await Promise.all([
    store.system.database(),
    store.system.syncRows(),
    listStreamFiles(directory),
    listArchives(directory),
  ])
  const now = clock.now()
  const sum = (sizes: readonly { readonly size_bytes: number }[]): number =>
    sizes.reduce((total, each) => total + each.size_bytes, 0)
  const sample = {
    host: hostname(),
    measured_at: Math.floor(now / HOUR_MS) * HOUR_MS,
    database_bytes: size_bytes,
    sync_rows,
    log_bytes: sum(files),
    archive_bytes: sum(archives),
  }
  await store.system.addSizes(sample, now - KEPT_MS)
}
