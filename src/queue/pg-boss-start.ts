import type { PoolConfig } from 'pg'
import type { PgBoss } from 'pg-boss'
import { systemClock } from '../core/clock.ts'
import { parsePostgresUrl } from '../store/postgres/postgres-url.ts'
import { QUEUE_SCHEMA } from '../store/queue.ts'

export const QUEUE = 'syncs'

/** pg-boss leaves no job to one hold for longer, however often that is renewed. */
export const LONGEST_HOLD_S = 86_400
const DAY_S = 86_400
const CONNECTIONS = 4
/** The rules of attempts are ours: pg-boss tries again for as long as it is told to. */
const RETRIES = 1_000_000
/** How often one of the workers looks for those that are silent. */
const LOOK_S = 5
/** Between two looks whether the indexes that a migration leaves for later are made. */
const BUILT_LOOK_MS = 500
/** Somebody else may be making one, or have died over it: then the next migration goes on. */
const LONGEST_BUILD_MS = 600_000

export interface PgBossOptions {
  /** `postgres://…` */
  readonly database: string
  /** A worker also puts back what silent ones held and deletes what is old. Default false. */
  readonly supervise?: boolean
  /**
   * `missing` makes its tables where there are none. True: brings them to this version, too. False: does neither. Throws
   * where something is to be done that it may not. Default `missing`.
   */
  readonly install?: boolean | 'missing'
  /** A statement that has no answer by then has failed. */
  readonly answer_limit_ms: number
  /** What goes wrong behind its back. */
  readonly onError: (error: Error) => void
}

/** What pg-boss says where it has no tables. */
export const NOT_INSTALLED = 'pg-boss is not installed'
/** … and where they are those of another version of it. */
export const OTHER_VERSION = 'pg-boss database requires migrations'

/** @throws whatever pg-boss or the driver throws when the database is not there */
export async function startPgBoss(options: PgBossOptions): Promise<PgBoss> {
  const { install = 'missing' } = options
  if (install === true) await installPgBoss(options.database)
  try {
    return await start(options)
  } catch (error) {
    if (install !== 'missing' || !(error instanceof Error && error.message === NOT_INSTALLED)) throw error
  }
  await installPgBoss(options.database)
  return await start(options)
}

/**
 * A server whose machine vanished says nothing at all: without limits of its own, whoever waits for an answer then waits for
 * minutes or for ever, and renews and takes nothing.
 */
async function start(options: PgBossOptions): Promise<PgBoss> {
  const { database, supervise = false, install = 'missing', answer_limit_ms, onError } = options
  const { PgBoss } = await import('pg-boss')
  // The server should be the first to give up: then the connection stays good. It also must not keep the locks of a
  // machine that is gone.
  const by_server_ms = Math.round(answer_limit_ms * 0.8)
  const session_limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
    .map((name) => `set ${name} = ${by_server_ms}`)
    .join('; ')
  const limits: PoolConfig = {
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: answer_limit_ms,
    query_timeout: answer_limit_ms,
    // By statement and not at the start of the session, which connection poolers do not let through.
    verify: (client, done) => {
      client.query(session_limits, (error) => {
        done(error)
      })
    },
  }
  const boss = new PgBoss({
    ...settings(database),
    // pg-boss gives them to the driver and leaves them out of its types.
    ...(limits as object),
    max: CONNECTIONS,
    migrate: false,
    supervise,
    superviseIntervalSeconds: LOOK_S,
    monitorIntervalSeconds: LOOK_S,
    // The only statement that takes longer than the others.
    reindex: false,
  })
  boss.on('error', onError)
  return await orStopped(boss, async () => {
    await boss.start()
    if (install !== false && (await boss.getQueue(QUEUE)) === null) await createQueue(boss)
  })
}

/** Makes the tables or brings them to this version, which takes as long as it takes. */
async function installPgBoss(database: string): Promise<void> {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({
    ...settings(database),
    ...({ keepAlive: true } as object),
    max: 2,
    migrate: true,
    supervise: false,
  })
  boss.on('error', () => {})
  await orStopped(boss, async () => {
    await boss.start()
    if ((await boss.getQueue(QUEUE)) === null) await createQueue(boss)
    const begun = systemClock.monotonic()
    while (await isBuilding(boss)) {
      if (systemClock.monotonic() - begun > LONGEST_BUILD_MS) break
      await systemClock.sleep(BUILT_LOOK_MS)
    }
  })
  await boss.stop({ graceful: false })
}

/** A migration leaves large indexes to whoever migrates next: workers do not, so it has to stay until they are made. */
async function isBuilding(boss: PgBoss): Promise<boolean> {
  const steps = await boss.getBamStatus()
  return steps.some(({ status, count }) => count > 0 && (status === 'pending' || status === 'in_progress'))
}

async function orStopped(boss: PgBoss, work: () => Promise<void>): Promise<PgBoss> {
  try {
    await work()
    return boss
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined)
    throw error
  }
}

const settings = (database: string) =>
  ({
    connectionString: parsePostgresUrl(database).url,
    application_name: 'canvas-sync-monitor queue',
    schema: QUEUE_SCHEMA,
    schedule: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
  }) as const

function createQueue(boss: PgBoss): Promise<void> {
  return boss.createQueue(QUEUE, {
    policy: 'singleton',
    retryLimit: RETRIES,
    retryDelay: 0,
    expireInSeconds: LONGEST_HOLD_S,
    retentionSeconds: 365 * DAY_S,
    deleteAfterSeconds: 30 * DAY_S,
  })
}
