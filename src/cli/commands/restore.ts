import { systemClock } from '../../core/clock.ts'
import { restoreSqliteFile } from '../../store/sqlite/backup/restore.ts'
import type { Command } from '../command.ts'
import { CopyDisplay } from '../progress/copy-display.ts'
import { onePositional, spokenSyncs, sqliteFileOf } from '../sqlite-file.ts'
import { printable } from '../terminal.ts'

export const restore: Command = {
  name: 'restore',
  summary: 'put a backup in the place of the SQLite database',
  positionals: 'FILE',
  options: {},
  notes: [
    'Stop the server and the sync jobs first: it refuses while any process has the database open. The backup is',
    'read whole before anything is changed, and the database that was there is kept beside the new one.',
  ],
  async run(context) {
    const { terminal, config, json } = context
    const file = onePositional(context, 'restore', 'the backup')
    const path = sqliteFileOf(config.database, 'pg_restore')
    using display = new CopyDisplay(terminal, 'Copying')
    const report = await restoreSqliteFile(file, path, systemClock.now(), {
      onProgress: display.show,
      signal: context.signal,
    })
    display.stop()
    if (json) {
      const newest = report.newest_sync_start_time
      terminal.json({
        ...report,
        newest_sync_start_time: newest === null ? null : new Date(newest).toISOString(),
      })
      return 0
    }
    const mark = terminal.style('green', '✔', 'stdout')
    terminal.data(`${mark} ${printable(report.file)} is restored: ${spokenSyncs(report)}.`)
    if (report.applied.length > 0) terminal.data(`  Brought to this version: ${report.applied.join(', ')}.`)
    if (report.kept !== null) terminal.data(`  What was there before is ${printable(report.kept)}.`)
    return 0
  },
}
