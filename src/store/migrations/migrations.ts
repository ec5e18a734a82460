import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { MonitorError } from '../../core/errors.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  readonly text: string
  readonly checksum: string
}

export interface AppliedMigration {
  readonly version: number
  readonly name: string
  readonly checksum: string
}

export interface MigrationReport {
  readonly applied: readonly string[]
  readonly version: number
}

/** What a database holds before it is migrated. */
export interface FoundSchema {
  /** Lower-case names of everything in it. */
  readonly present: ReadonlySet<string>
  /** In the order of their versions. */
  readonly done: readonly AppliedMigration[]
}

/** The migrations that come with this program for one engine, in order. */
export function readMigrations(engine: 'sqlite' | 'postgres'): Migration[] {
  const directory = new URL(`../../../migrations/${engine}/`, import.meta.url)
  return readdirSync(directory)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
    .sort()
    .map((name) => {
      const text = readFileSync(new URL(name, directory), 'utf8')
      const checksum = createHash('sha256').update(text).digest('hex')
      return { version: Number(name.slice(0, 4)), name: name.slice(0, -'.sql'.length), text, checksum }
    })
}

/**
 * The migrations that a database lacks.
 *
 * @throws MonitorError `database_newer` when a newer program was here, `database_unsupported` when a table of
 * ours is there that we did not make.
 */
export function pendingIn({ present, done }: FoundSchema, migrations: readonly Migration[]): Migration[] {
  refuseOtherVersions(done, migrations)
  const pending = migrations.filter((own) => !done.some((row) => row.version === own.version))
  for (const migration of pending) {
    const taken = namesMade(migration).find((name) => present.has(name))
    if (taken !== undefined) throw notOurs(taken)
  }
  return pending
}

export function notOurs(name: string, cause?: unknown): MonitorError {
  return new MonitorError(
    'database_unsupported',
    `The database already has a ${name} that this program did not make.`,
    { cause, next_step: 'Choose another --database; nothing was changed in this one.' },
  )
}

function namesMade(migration: Migration): string[] {
  const named = (form: RegExp): string[] =>
    [...migration.text.matchAll(form)].map((match) => (match[1] ?? '').toLowerCase())
  // What it drops is ours already, and is made anew.
  const dropped = new Set(named(/^drop (?:view|trigger) (\w+)/gm))
  const made = named(/^create (?:unique )?(?:table|index|view|trigger|function) (\w+)/gm)
  return made.filter((name) => !dropped.has(name))
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
