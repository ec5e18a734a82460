import { statfs } from 'node:fs/promises'
import { LOG_STREAMS } from '../core/log-event.ts'
import type { CleanupReport } from '../logs/cleanup/cleanup-report.ts'
import { readHistory } from '../logs/cleanup/cleanup-history.ts'
import { listArchives, listStreamFiles } from '../logs/directory/listing.ts'
import { each, single, type MetricFamily } from './metric-family.ts'

/**
 * The logs of the server that answers.
 * @throws system errors; a missing folder is an empty one
 */
export async function logFamilies(directory: string): Promise<MetricFamily[]> {
  const [files, archives, history, disk] = await Promise.all([
    listStreamFiles(directory),
    listArchives(directory),
    readHistory(directory),
    statfs(directory),
  ])
  const sum = (sizes: readonly { readonly size_bytes: number }[]): number =>
    sizes.reduce((total, { size_bytes }) => total + size_bytes, 0)
  const bytes = [
    ...LOG_STREAMS.map((stream) => ({
      file: `${stream}.log`,
      size_bytes: sum(files.filter((of) => of.stream === stream)),
    })),
    { file: 'archives', size_bytes: sum(archives) },
  ]
  return [
    each(
      {
        name: 'canvas_sync_log_bytes',
        type: 'gauge',
        unit: 'bytes',
        help: 'Size of each log with its rotated files, and of all archives together.',
      },
      bytes,
      ({ file }) => ({ file }),
      ({ size_bytes }) => size_bytes,
    ),
    single(
      {
        name: 'canvas_sync_log_disk_free_bytes',
        type: 'gauge',
        unit: 'bytes',
        help: 'Free space where the logs are.',
      },
      disk.bavail * disk.bsize,
    ),
    single(
      {
        name: 'canvas_sync_log_disk_size_bytes',
        type: 'gauge',
        unit: 'bytes',
        help: 'Size of the file system on which the logs are.',
      },
      disk.blocks * disk.bsize,
    ),
    single(
      {
        name: 'canvas_sync_log_cleanup_last_success_timestamp_seconds',
        type: 'gauge',
        unit: 'seconds',
        help: 'When a log clean-up last came to its end without an error.',
      },
      lastSuccess(history),
    ),
  ]
}

function lastSuccess(history: readonly CleanupReport[]): number | null {
  const report = history.findLast(({ stopped_early, errors }) => !stopped_early && errors.length === 0)
  return report === undefined ? null : Date.parse(report.finished_at) / 1000
}
