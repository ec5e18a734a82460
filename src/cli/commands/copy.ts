import { MonitorError } from '../../core/errors.ts'
import { databasePlace, isPostgres, openStore, sqlitePath } from '../../store/open-store.ts'
import { stringValue, type Command } from '../command.ts'
import { checkFigures, figuresDiffer } from '../figures-check.ts'
import { counted } from '../numbers.ts'
import { liveLine } from '../progress/live-line.ts'
import { printable } from '../terminal.ts'

export const copy: Command = {
  name: 'copy',
  summary: 'copy a SQLite database into PostgreSQL, with all history',
  options: {
    from: {
      type: 'string',
      value: 'sqlite:FILE',
      help: 'what is copied (default sqlite:data/canvas-sync.db); --database is where to',
    },
  },
  notes: [
    'Into a new, empty database; all of it or nothing. The source is read as it is at that moment and not changed: stop',
    'the jobs and the server before, so that nothing comes later. The logs are not in it.',
  ],
  async run(context) {
    const { terminal, config, json, signal } = context
    const from = stringValue(context, 'from') ?? 'sqlite:data/canvas-sync.db'
    if (isPostgres(from) || !isPostgres(config.database)) throw wrongWay()
    const { copyDatabase } = await import('../../store/copying/copy-database.ts')
    let shown = 'Copying …'
    const copied = await (async () => {
      using _ = liveLine(context, () => shown)
      const answer = await copyDatabase({
        from: sqlitePath(from),
        to: config.database,
        signal,
        onProgress: ({ rows_done, rows_total }) => {
          shown = `Copying … ${counted(rows_done, 'row')} of ${counted(rows_total, 'row')}`
        },
      })
      shown = 'Comparing the sums with the rows …'
      await using store = await openStore(config.database)
      const differences = await checkFigures(store)
      if (differences.length > 0) throw figuresDiffer(differences)
      return answer
    })()
    const to = databasePlace(config.database)
    if (json) terminal.json({ from, to, ...copied })
    else {
      const mark = terminal.style('green', '✔', 'stdout')
      terminal.data(
        `${mark} ${printable(to)}: ${counted(copied.syncs, 'sync')}, ${counted(copied.rows, 'row')} in all. The sums agree with the rows.`,
      )
    }
    if (copied.in_progress > 0)
      terminal.message(
        `${counted(copied.in_progress, 'sync')} had not ended; unless its job goes on, such a one ends as lost.`,
      )
    if (copied.queued > 0)
      terminal.message(
        `${counted(copied.queued, 'sync')} in the queue of the old database were not copied: run its worker with --until-empty, or add them again.`,
      )
    return 0
  },
}

function wrongWay(): MonitorError {
  return new MonitorError('usage', 'copy takes a SQLite database into PostgreSQL, and nothing else.', {
    // An address of a database is redacted in errors, also as an example.
    next_step: 'canvas-sync-monitor copy --from sqlite:data/canvas-sync.db --database "$DATABASE_URL"',
  })
}
