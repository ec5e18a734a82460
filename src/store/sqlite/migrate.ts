import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { MonitorError } from '../../core/errors.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  readonly text: string
  readonly checksum: string
}

export interface MigrationReport {
  readonly applied: readonly string[]
  readonly version: number
}

const DIRECTORY = new URL('../../../migrations/sqlite/', import.meta.url)

/** The migrations that come with this program, in order. */
export function loadMigrations(directory: URL = DIRECTORY): Migration[] {
  return readdirSync(directory)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
    .sort()
    .map((name) => {
      const text = readFileSync(new URL(name, directory), 'utf8')
      const checksum = createHash('sha256').update(text).digest('hex')
      return { version: Number(name.slice(0, 4)), name: name.slice(0, -'.sql'.length), text, checksum }
    })
}

interface AppliedMigration {
  readonly version: number
  readonly name: string
  readonly checksum: string
}

/**
 * Brings the database to this program's version, one transaction per migration. Two processes may start at
 * once: the marker row is written first, under the write lock, so the second one finds it done.
 *
 * @throws MonitorError `database_newer` when a newer program was here, `database_unsupported` when the tables
 * are not ours.
 */
export function migrate(
  database: DatabaseSync,
  migrations: readonly Migration[] = loadMigrations(),
): MigrationReport {
  const applied: string[] = []
  const known = migrations.at(-1)?.version ?? 0
  database.exec(
    'create table if not exists canvas_sync_migrations (version integer primary key, name text not null, checksum text not null, applied_at integer not null)',
  )
  for (const migration of migrations) {
    database.exec('begin immediate')
    try {
      const done = appliedMigrations(database)
      refuseForeign(done, migrations, known)
      if (!done.some((row) => row.version === migration.version)) {
        database
          .prepare(
            'insert into canvas_sync_migrations (version, name, checksum, applied_at) values (?, ?, ?, ?)',
          )
          .run(migration.version, migration.name, migration.checksum, Date.now())
        database.exec(migration.text)
        applied.push(migration.name)
      }
      database.exec('commit')
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      throw explain(error, migration)
    }
  }
  return { applied, version: known }
}

function appliedMigrations(database: DatabaseSync): AppliedMigration[] {
  const rows = database
    .prepare('select version, name, checksum from canvas_sync_migrations order by version')
    .all()
  return rows as unknown as AppliedMigration[]
}

function refuseForeign(done: AppliedMigration[], migrations: readonly Migration[], known: number): void {
  const newest = done.at(-1)
  if (newest !== undefined && newest.version > known) {
    throw new MonitorError(
      'database_newer',
      `The database was made by a newer version of this program (schema ${newest.version}, this one knows ${known}).`,
      { next_step: 'Install the newer version again, or choose another --database.' },
    )
  }
  const changed = done.find((row) =>
    migrations.some((own) => own.version === row.version && own.checksum !== row.checksum),
  )
  if (changed !== undefined) {
    throw new MonitorError(
      'database_unsupported',
      `The database has another form of the migration ${changed.name}.`,
      {
        next_step: 'Install the version that made it, or choose another --database.',
      },
    )
  }
}

function explain(error: unknown, migration: Migration): unknown {
  if (error instanceof Error && /^table \S+ already exists$/.test(error.message)) {
    const table = error.message.split(' ')[1] ?? 'A table'
    return new MonitorError(
      'database_unsupported',
      `The database already has a table ${table} that this program did not make.`,
      { cause: error, next_step: `Choose another --database; migration ${migration.name} was not applied.` },
    )
  }
  return error
}
