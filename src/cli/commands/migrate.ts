import { leaseOf } from '../../config/queue.ts'
import { migrateDatabase } from '../../store/migrate-database.ts'
import { databasePlace, isPostgres, openStore } from '../../store/open-store.ts'
import { flagValue, type Command, type CommandContext } from '../command.ts'
import { checkFigures, figuresDiffer, rebuildFigures } from '../figures-check.ts'
import { printable } from '../terminal.ts'

export const migrate: Command = {
  name: 'migrate',
  summary: 'bring the database to this version',
  options: {
    'check-figures': { type: 'boolean', help: 'then compare all sums over syncs with the rows' },
    'rebuild-figures': { type: 'boolean', help: 'then make all sums over syncs anew from the rows' },
  },
  notes: [
    'Every command brings it to this version by itself; use it to do so at a time of your own.',
    'The server may run meanwhile. A million syncs took less than a minute; a slow disk takes longer.',
  ],
  async run(context) {
    const { terminal, config, json } = context
    const database = databasePlace(config.database)
    const report = await migrateDatabase(config.database)
    await migrateQueue(context)
    const figures = await maintainFigures(context)
    if (json) terminal.json({ database, ...report, ...(figures === null ? {} : { figures }) })
    else if (report.applied.length === 0)
      terminal.data(`${printable(database)} is up to date (version ${report.version}).`)
    else
      terminal.data(
        `${printable(database)} is now at version ${report.version}: applied ${report.applied.join(', ')}.`,
      )
    if (figures !== null && !json) terminal.data(`The sums over syncs are ${figures}.`)
    return 0
  },
}

/** With PostgreSQL the queue of workers has tables of its own, and whoever migrates may be the only one who can make them. */
async function migrateQueue({ config, terminal }: CommandContext): Promise<void> {
  if (!isPostgres(config.database)) return
  const { openPgBossQueue } = await import('../../queue/pg-boss-queue.ts')
  try {
    const queue = await openPgBossQueue({
      database: config.database,
      lease_ms: leaseOf(config),
      install: true,
    })
    await queue.close()
  } catch {
    terminal.message(
      'The tables of the queue could not be made: this role may not make a schema. Only workers need them.',
    )
  }
}

/** What became of the sums; null when nobody asked. */
async function maintainFigures(context: CommandContext): Promise<string | null> {
  const checks = flagValue(context, 'check-figures')
  const rebuilds = flagValue(context, 'rebuild-figures')
  if (!checks && !rebuilds) return null
  await using store = await openStore(context.config.database)
  if (rebuilds) await rebuildFigures(store)
  if (!checks) return 'made anew'
  const differences = await checkFigures(store)
  if (differences.length > 0) throw figuresDiffer(differences)
  return rebuilds ? 'made anew and agree with the rows' : 'in agreement with the rows'
}
