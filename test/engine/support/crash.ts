import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { SYNCED_TABLES, type SyncedEntity } from '../../../src/core/synced-entity.ts'
import type { Simulator } from '../../../src/simulator/index.ts'

export type Acknowledged =
  | { readonly kind: 'sync'; readonly sync_id: number }
  | { readonly kind: 'outcome'; readonly sync_id: number; readonly course_id: string }
  | { readonly kind: 'rows'; readonly entity: SyncedEntity; readonly ids: readonly string[] }
  | { readonly kind: 'checkpoint'; readonly course_id: string }

export interface ChildArguments {
  readonly base_url: string
  readonly token: string
  readonly database_path: string
  readonly log_directory: string
}

/** When the process dies: as its n-th request arrives, or at the first acknowledgement after that. */
export interface KillMoment {
  readonly request: number
  readonly at: 'request' | 'acknowledgement'
}

export interface ChildSync {
  readonly pid: number
  /** False when the sync came to its end without a signal. */
  readonly was_killed: boolean
  readonly acknowledged: readonly Acknowledged[]
}

const CHILD = fileURLToPath(new URL('crash-child.ts', import.meta.url))

/**
 * Runs a sync in a process of its own, and sends it SIGKILL at the given moment, if any; resolves when it is gone.
 *
 * @param cache_directory where compiled modules are kept: starting a process costs most of the time
 */
export async function syncInChild(
  simulator: Simulator,
  moment: KillMoment | null,
  files: {
    readonly database_path: string
    readonly log_directory: string
    readonly cache_directory: string
  },
): Promise<ChildSync> {
  const { base_url, tokens } = simulator
  const { cache_directory, ...paths } = files
  const given: ChildArguments = { base_url, token: tokens.admin, ...paths }
  const child = spawn(process.execPath, [CHILD, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache_directory },
  })
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  let is_due = false
  const arrived = (): void => {
    is_due = true
    if (moment?.at === 'request') child.kill('SIGKILL')
  }
  if (moment !== null) {
    simulator.faults.add({ when: { nth: moment.request }, fault: { kind: 'mutate', mutate: arrived } })
  }
  const acknowledged: Acknowledged[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(JSON.parse(line) as Acknowledged)
    if (is_due && moment?.at === 'acknowledgement') child.kill('SIGKILL')
  }
  const [, signal] = await exited
  simulator.faults.clear()
  return { pid: child.pid ?? 0, was_killed: signal === 'SIGKILL', acknowledged }
}

/** What was acknowledged and is not in the file, in words; nothing when all of it is there. */
export function missingFrom(database_path: string, acknowledged: readonly Acknowledged[]): string[] {
  using database = new DatabaseSync(database_path)
  const has = (sql: string, ...values: (string | number)[]): boolean =>
    database.prepare(sql).get(...values) !== undefined
  return acknowledged.flatMap((one): string[] => {
    switch (one.kind) {
      case 'sync':
        return has('select 1 from canvas_sync_metrics where id = ?', one.sync_id) ? [] : ['the sync']
      case 'outcome': {
        const sql = 'select 1 from canvas_sync_courses where sync_id = ? and course_id = ?'
        return has(sql, one.sync_id, one.course_id) ? [] : [`outcome ${one.course_id}`]
      }
      case 'checkpoint': {
        const sql = 'select 1 from canvas_sync_checkpoints where course_id = ?'
        return has(sql, one.course_id) ? [] : [`checkpoint ${one.course_id}`]
      }
      case 'rows': {
        const sql = `select 1 from ${SYNCED_TABLES[one.entity].table} where id = ?`
        return one.ids.filter((id) => !has(sql, id)).map((id) => `${one.entity} ${id}`)
      }
    }
  })
}

/** What SQLite itself says of the file: `ok`, or what is broken. */
export function integrityOf(database_path: string): unknown {
  using database = new DatabaseSync(database_path)
  return Object.values(database.prepare('pragma integrity_check').get() ?? {})[0]
}
