import type { PgBoss } from 'pg-boss'
import type { QueuedSync, QueueJobResult } from '../core/queued-sync.ts'
import {
  QUEUE_SCHEMA,
  type JobClaim,
  type JobQuery,
  type NewQueueJob,
  type QueueJob,
  type SourceDepth,
  type TakenJob,
} from '../store/queue.ts'
import {
  DEPTHS,
  FIND,
  LIST,
  toDepth,
  toQueueJob,
  toTaken,
  type DepthRow,
  type JobRow,
} from './pg-boss-rows.ts'
import { LONGEST_HOLD_S, QUEUE, startPgBoss, type PgBossOptions } from './pg-boss-start.ts'
import type { SyncQueue } from './sync-queue.ts'

export interface PgBossQueueOptions
  extends
    Pick<PgBossOptions, 'database' | 'supervise' | 'install'>,
    Partial<Pick<PgBossOptions, 'answer_limit_ms'>> {
  readonly lease_ms: number
}

/** A renewal that hangs must fail early enough for others within the lease. */
const answerLimit = (lease_ms: number): number => Math.min(15_000, Math.max(5000, lease_ms / 3))

/**
 * The queue of many machines: pg-boss on PostgreSQL. A `singleton` queue with the source as its key lets one job of a
 * source be active, by a unique index; its heartbeat is the lease, and its count of retries the token of a hold.
 *
 * @throws whatever pg-boss or the driver throws when the database is not there
 */
export async function openPgBossQueue(options: PgBossQueueOptions): Promise<SyncQueue> {
  const { lease_ms, answer_limit_ms = answerLimit(lease_ms), ...rest } = options
  let queue: PgBossQueue | undefined
  const onError = (error: Error): void => queue?.note(error)
  queue = new PgBossQueue(await startPgBoss({ ...rest, answer_limit_ms, onError }), lease_ms)
  return queue
}

class PgBossQueue implements SyncQueue {
  readonly lease_ms: number
  readonly longest_hold_ms: number = LONGEST_HOLD_S * 1000
  readonly #boss: PgBoss
  /** Sources that jobs were met of and that nobody here has. */
  readonly #foreign = new Set<string>()
  #problem: string | null = null

  constructor(boss: PgBoss, lease_ms: number) {
    this.#boss = boss
    this.lease_ms = lease_ms
  }

  note(error: Error): void {
    this.#problem = error.message
  }

  async now(): Promise<number> {
    const [row] = await this.#select<{ now: number }>(
      'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
      [],
    )
    return Math.round(row?.now ?? Number.NaN)
  }

  async add({ id, sync, priority, start_after }: NewQueueJob): Promise<boolean> {
    const made = await this.#boss.send(QUEUE, sync, {
      id,
      priority,
      // How long it may wait counts from then on: one of long ago would be deleted at once.
      ...(start_after > Date.now() ? { startAfter: new Date(start_after) } : {}),
      singletonKey: sync.source,
      group: { id: sync.source },
      heartbeatSeconds: Math.ceil(this.lease_ms / 1000),
    })
    return made !== null
  }

  async take(sources: readonly string[] | null): Promise<TakenJob | null> {
    if (sources?.length === 0) return null
    const ours = sources === null ? null : new Set(sources)
    for (;;) {
      const ignoreGroups = [...this.#foreign].filter((source) => ours?.has(source) === false)
      const [job] = await this.#boss.fetch<QueuedSync>(QUEUE, { includeMetadata: true, ignoreGroups })
      if (job === undefined) return null
      if (ours === null || ours.has(job.data.source)) return toTaken(job)
      this.#foreign.add(job.data.source)
      await this.giveBack({ job_id: job.id, token: job.retryCount }, 0)
    }
  }

  async keep(claims: readonly JobClaim[]): Promise<JobClaim[]> {
    if (claims.length === 0) return []
    const answer = (await this.#boss.touch(QUEUE, claims.map(attemptOf))) as SettleAnswer
    const held = new Set(answer.settled ?? [])
    return claims.filter(({ job_id }) => held.has(job_id))
  }

  async end(claim: JobClaim, result: QueueJobResult): Promise<boolean> {
    return affected(await this.#boss.complete(QUEUE, attemptOf(claim), { ...result })) > 0
  }

  async giveBack(claim: JobClaim, delay_ms: number): Promise<boolean> {
    if (delay_ms > 0) return await this.#giveBackLater(claim, Math.ceil(delay_ms / 1000))
    return affected(await this.#boss.fail(QUEUE, attemptOf(claim), null)) > 0
  }

  /** Both statements or none: between them another worker could take it before its time. */
  async #giveBackLater(claim: JobClaim, startAfter: number): Promise<boolean> {
    const transaction = await this.#boss.getDb().beginTransaction?.()
    if (transaction === undefined) throw new Error('pg-boss has no transactions here')
    const { db } = transaction
    try {
      const failed = affected(await this.#boss.fail(QUEUE, attemptOf(claim), null, { db })) > 0
      if (failed) await this.#boss.update(QUEUE, undefined, { id: claim.job_id, startAfter, db })
      await transaction.commit()
      return failed
    } catch (error) {
      await transaction.rollback()
      throw error
    }
  }

  async cancelWaiting(job_id: string): Promise<boolean> {
    if (!isUuid(job_id)) return false
    return affected(await this.#boss.cancel(QUEUE, job_id)) > 0
  }

  /** pg-boss does it: one of the instances that supervise, every few seconds. */
  async returnSilent(): Promise<void> {}

  async find(job_id: string): Promise<QueueJob | null> {
    if (!isUuid(job_id)) return null
    const [row] = await this.#select<JobRow>(FIND, [job_id])
    return row === undefined ? null : toQueueJob(row)
  }

  async list({ state, source, limit }: JobQuery): Promise<QueueJob[]> {
    const jobs: QueueJob[] = []
    for (const one of ['running', 'queued', 'ended'] as const) {
      if (jobs.length >= limit) break
      if (state !== undefined && state !== one) continue
      const rows = await this.#select<JobRow>(LIST[one], [source ?? null, limit - jobs.length])
      jobs.push(...rows.map(toQueueJob))
    }
    return jobs
  }

  async depths(): Promise<SourceDepth[]> {
    return (await this.#select<DepthRow>(DEPTHS, [])).map(toDepth)
  }

  takeProblem(): string | null {
    const problem = this.#problem
    this.#problem = null
    return problem
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #select<Row>(statement: string, parameters: readonly unknown[]): Promise<Row[]> {
    const text = statement.replaceAll('$schema', QUEUE_SCHEMA).replaceAll('$queue', `'${QUEUE}'`)
    return (await this.#boss.getDb().executeSql(text, [...parameters])).rows as Row[]
  }
}

const attemptOf = ({ job_id, token }: JobClaim): { id: string; retryCount: number } => ({
  id: job_id,
  retryCount: token,
})

/** What pg-boss says, and leaves out of its types. */
interface SettleAnswer {
  readonly affected?: number
  readonly settled?: readonly string[] | null
}

const affected = (answer: SettleAnswer): number => answer.affected ?? 0

const isUuid = (text: string): boolean =>
  /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/.test(text)
