import { spokenBytes } from '../../core/number-text.ts'
import { systemClock } from '../../core/clock.ts'
import { backupSqliteFile } from '../../store/sqlite/backup/backup.ts'
import type { Command } from '../command.ts'
import { CopyDisplay } from '../progress/copy-display.ts'
import { spokenSyncs, sqliteFileOf, onePositional } from '../sqlite-file.ts'
import { printable } from '../terminal.ts'

export const backup: Command = {
  name: 'backup',
  summary: 'copy the SQLite database to a file, while it is in use',
  positionals: 'FILE|FOLDER',
  options: {},
  notes: [
    'Syncs and the server go on meanwhile; the copy is the state of one moment. It is read whole before it gets',
    'its name. It holds what the database holds, students’ data too: keep it as safe. The logs are not in it.',
  ],
  async run(context) {
    const { terminal, config, json } = context
    const target = onePositional(context, 'backup', 'the file or folder to write to')
    const path = sqliteFileOf(config.database, 'pg_dump')
    using display = new CopyDisplay(terminal, 'Copying')
    const report = await backupSqliteFile(path, target, systemClock.now(), {
      onProgress: display.show,
      signal: context.signal,
    })
    display.stop()
    if (json) terminal.json({ ...report, newest_sync_start_time: isoTime(report.newest_sync_start_time) })
    else {
      const mark = terminal.style('green', '✔', 'stdout')
      const size = spokenBytes(report.bytes)
      terminal.data(
        `${mark} ${printable(report.file)}: ${size}, ${spokenSyncs(report)}, read whole and in order.`,
      )
    }
    return 0
  },
}

const isoTime = (at_ms: number | null): string | null =>
  at_ms === null ? null : new Date(at_ms).toISOString()
