import { stat, statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { readHistory } from '../logs/cleanup/cleanup-history.ts'
import type { SystemStore } from '../store/system-store.ts'
import type { NightlyJob, OwnDisk } from './judge-upkeep.ts'

/** A server that has just started makes up for the night that it missed. */
const SETTLING_MS = 3_600_000

/** What only the machine itself knows. */
export interface OwnMachine {
  readonly name: string
  disks(): Promise<OwnDisk[]>
  nightlyJobs(now: number): Promise<NightlyJob[]>
}

export interface OwnMachineOptions {
  /** Path of the file of the database; null for one on a server. */
  readonly database_path: string | null
  readonly log_directory: string
  readonly system: Pick<SystemStore, 'jobs'>
  /** Which of the nightly jobs are switched on. */
  readonly cleans_logs: boolean
  readonly prunes: boolean
  /** Of this process. */
  readonly started_at: number
}

export function ownMachine(options: OwnMachineOptions): OwnMachine {
  const name = hostname()
  return {
    name,
    disks: () => readDisks(options.database_path, options.log_directory),
    nightlyJobs: async (now) => {
      if (now - options.started_at < SETTLING_MS) return []
      const jobs: NightlyJob[] = []
      if (options.cleans_logs) {
        const done_at = (await lastCleanup(options.log_directory)) ?? options.started_at
        jobs.push({ job: 'log_cleanup', machine: name, done_at })
      }
      if (options.prunes) {
        const prune = (await options.system.jobs(now)).find(({ job }) => job === 'prune')
        jobs.push({ job: 'prune', machine: null, done_at: prune?.done_at ?? options.started_at })
      }
      return jobs
    },
  }
}

async function lastCleanup(directory: string): Promise<number | null> {
  const last = (await readHistory(directory)).findLast(({ stopped_early }) => !stopped_early)
  const at = last === undefined ? Number.NaN : Date.parse(last.finished_at)
  return Number.isNaN(at) ? null : at
}

async function readDisks(database_path: string | null, log_directory: string): Promise<OwnDisk[]> {
  const logs = await readDisk(log_directory)
  const database = database_path === null ? null : await readDisk(dirname(database_path))
  if (logs !== null && logs.device === database?.device)
    return [{ holds: 'database_and_logs', ...logs.space }]
  return [
    ...(logs === null ? [] : [{ holds: 'logs' as const, ...logs.space }]),
    ...(database === null ? [] : [{ holds: 'database' as const, ...database.space }]),
  ]
}

/** Null where the system does not tell. */
async function readDisk(
  directory: string,
): Promise<{ device: number; space: { free_bytes: number; total_bytes: number } } | null> {
  try {
    const [{ dev }, { bavail, blocks, bsize }] = await Promise.all([stat(directory), statfs(directory)])
    return { device: dev, space: { free_bytes: bavail * bsize, total_bytes: blocks * bsize } }
  } catch {
    return null
  }
}
