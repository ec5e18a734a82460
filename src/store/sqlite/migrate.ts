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
 * Brings the database to this program's version in one transaction: all pending migrations are applied or none.
 * Two processes may start at once: what is pending is asked under the write lock, so the second finds it done.
 *
 * @throws MonitorError as {@link pendingMigrations}.
 */
export function migrate(
  database: DatabaseSync,
  migrations: readonly Migration[] = loadMigrations(),
): MigrationReport {
  database.exec('begin immediate')
  try {
    const pending = pendingMigrations(database, migrations)
    database.exec(
      'create table if not exists canvas_sync_migrations (version integer primary key, name text not null, checksum text not null, applied_at integer not null)',
    )
    const mark = database.prepare(
      'insert into canvas_sync_migrations (version, name, checksum, applied_at) values (?, ?, ?, ?)',
    )
    for (const { version, name, checksum, text } of pending) {
      mark.run(version, name, checksum, Date.now())
      database.exec(text)
    }
    database.exec('commit')
    return { applied: pending.map(({ name }) => name), version: migrations.at(-1)?.version ?? 0 }
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}

/**
 * The migrations that the database lacks; changes nothing.
 *
 * @throws MonitorError `database_newer` when a newer program was here, `database_unsupported` when a table of
 * ours is there that we did not make.
 */
export function pendingMigrations(
  database: DatabaseSync,
  migrations: readonly Migration[] = loadMigrations(),
): Migration[] {
  const names = database.prepare('select name from sqlite_schema').all()
  const present = new Set(names.map((row) => String(row['name']).toLowerCase()))
  const done = present.has('canvas_sync_migrations') ? appliedMigrations(database) : []
  refuseOtherVersions(done, migrations)
  const pending = migrations.filter((own) => !done.some((row) => row.version === own.version))
  for (const migration of pending) {
    const taken = namesMade(migration).find((name) => present.has(name))
    if (taken !== undefined) throw notOurs(taken)
  }
  return pending
}

function namesMade(migration: Migration): string[] {
  const made = migration.text.matchAll(/^create (?:unique )?(?:table|index|view|trigger) (\w+)/gm)
  return [...made].map((match) => (match[1] ?? '').toLowerCase())
}

function notOurs(name: string, cause?: unknown): MonitorError {
  return new MonitorError(
    'database_unsupported',
    `The database already has a ${name} that this program did not make.`,
    { cause, next_step: 'Choose another --database; nothing was changed in this one.' },
  )
}

function appliedMigrations(database: DatabaseSync): AppliedMigration[] {
  try {
    const rows = database
      .prepare('select version, name, checksum from canvas_sync_migrations order by version')
      .all()
    return rows as unknown as AppliedMigration[]
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no such column')) {
      throw notOurs('canvas_sync_migrations', error)
    }
    throw error
  }
}

function refuseOtherVersions(done: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  const newest = done.at(-1)
  const known = migrations.at(-1)?.version ?? 0
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
