import { openSqliteFile } from '../../store/sqlite/sqlite-database.ts'
import { migrate as migrateFile } from '../../store/sqlite/migrate.ts'
import { toStoreError } from '../../store/sqlite/sqlite-errors.ts'
import { sqlitePath } from '../../store/open-store.ts'
import type { Command } from '../command.ts'
import { printable } from '../terminal.ts'

export const migrate: Command = {
  name: 'migrate',
  summary: 'bring the database to this version',
  options: {},
  notes: ['Every command does this by itself; use it to do so at a time of your own.'],
  async run({ terminal, config, json }) {
    const path = sqlitePath(config.database)
    const file = openSqliteFile(path)
    try {
      const report = migrateFile(file)
      if (json) terminal.json({ database: path, ...report })
      else if (report.applied.length === 0)
        terminal.data(`${printable(path)} is up to date (version ${report.version}).`)
      else
        terminal.data(
          `${printable(path)} is now at version ${report.version}: applied ${report.applied.join(', ')}.`,
        )
      return 0
    } catch (error) {
      throw toStoreError(error, path)
    } finally {
      file.close()
    }
  },
}
