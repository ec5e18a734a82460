import { existsSync, realpathSync } from 'node:fs'
import { systemClock } from '../../core/clock.ts'
import { MonitorError } from '../../core/errors.ts'
import { isZone } from '../../core/local-time.ts'
import type { ImportReport } from '../../earlier/import-report.ts'
import { importSyncs } from '../../earlier/import-syncs.ts'
import { importLogs } from '../../earlier/logs/import-logs.ts'
import { openEarlierSource } from '../../earlier/open-source.ts'
import { describeImport } from '../../earlier/report-text.ts'
import { legacyZone, type LegacyZone } from '../../logs/reading/legacy-zone.ts'
import { openStore } from '../../store/open-store.ts'
import { schemaState } from '../../store/schema-state.ts'
import type { Store } from '../../store/store.ts'
import { flagValue, stringValue, stringValues, type Command, type CommandContext } from '../command.ts'
import { counted, wholeNumberOption } from '../numbers.ts'
import { liveLine } from '../progress/live-line.ts'
import { printable } from '../terminal.ts'

const TABLE = 'canvas_sync_metrics'
/** A SQLite file is written at many places at once: what has no place in its cache is written and read again. */
const CACHE_MIB = 144

export const importCommand: Command = {
  name: 'import',
  summary: 'take over the syncs and the logs of an earlier system',
  options: {
    from: {
      type: 'string',
      value: 'SOURCE',
      help: 'sqlite:old.db, postgres://…, or a dump: dump.sql, dump.sql.gz',
    },
    table: { type: 'string', value: 'NAME', help: `its table, perhaps with a schema (default ${TABLE})` },
    logs: { type: 'string', value: 'DIR', help: 'also the log files in this folder, or these alone' },
    'dry-run': { type: 'boolean', help: 'only say what would be done' },
    'time-zone': {
      type: 'string',
      value: 'ZONE',
      help: 'of times that name none: Europe/Berlin (default UTC)',
    },
    'lost-after': {
      type: 'string',
      value: 'HOURS',
      help: 'a sync still in progress after this long is lost (default 24)',
    },
    'keep-error-messages': {
      type: 'boolean',
      help: 'keep the messages of errors, without tokens; they may name students',
    },
    'keep-column': {
      type: 'string',
      value: 'NAME',
      multiple: true,
      help: 'keep a column of their own in the metadata; may be given several times',
    },
    system: {
      type: 'string',
      value: 'NAME',
      help: 'which of several earlier systems this is (default earlier)',
    },
  },
  notes: [
    'The source is only read, and may be in use. What was imported before is found again: run it as often as you like,',
    'also after Ctrl-C. A server may run meanwhile. Nobody is told of what happened long ago: no incident comes of it.',
    'Exit code 3: some rows were refused, or the dump ends early. docs/changing-over.md tells the whole way.',
  ],
  async run(context) {
    const { terminal, json } = context
    const from = stringValue(context, 'from')
    const logs = stringValue(context, 'logs')
    if (from === undefined && logs === undefined) {
      throw new MonitorError('usage', 'There is nothing to import.', {
        next_step: 'Name the earlier database with --from, its log folder with --logs, or both.',
      })
    }
    const zone = earlierZone(context)
    if (logs !== undefined) checkLogFolder(logs, context.config.log_dir)
    const syncs = from === undefined ? null : await takeSyncs(context, from, zone)
    const report = logs === undefined ? null : await takeLogs(context, logs, zone)
    if (syncs === null) {
      if (json) terminal.json({ logs: report })
      else for (const line of logLines(report)) terminal.data(line)
      return context.signal.aborted ? 130 : 0
    }
    const whole: ImportReport = { ...syncs, logs: report }
    if (json) terminal.json(whole)
    else for (const line of describeImport(whole)) terminal.data(printable(line))
    if (!whole.complete || context.signal.aborted) return 130
    return whole.rows.refused > 0 || whole.notes.length > 0 ? 3 : 0
  },
}

async function takeSyncs(
  context: CommandContext,
  from: string,
  zone: LegacyZone,
): Promise<Omit<ImportReport, 'logs'>> {
  const { config, signal } = context
  const table = stringValue(context, 'table') ?? TABLE
  const dry_run = flagValue(context, 'dry-run')
  await using source = await openEarlierSource(from, table)
  await using store = await openTarget(config.database, dry_run)
  let shown = ''
  using _ = liveLine(context, () => shown)
  return await importSyncs({
    source,
    table,
    store: store?.earlier ?? null,
    clock: systemClock,
    system: stringValue(context, 'system') ?? 'earlier',
    dry_run,
    zone,
    keep_error_messages: flagValue(context, 'keep-error-messages') || config.keep_error_messages,
    lost_after_hours: wholeNumberOption(stringValue(context, 'lost-after'), '--lost-after', {
      minimum: 0,
      maximum: 1_000_000,
      missing: 24,
    }),
    kept_columns: stringValues(context, 'keep-column'),
    sync_days: config.retention.enabled ? config.retention.sync_days : null,
    signal,
    onProgress: ({ rows, done, indexes }) => {
      const part = done === null ? '' : ` (${Math.floor(done * 100)} %)`
      shown =
        indexes === null
          ? `Importing: ${counted(rows, 'row')} read${part} …`
          : `Making the indexes: ${indexes} to go …`
    },
  })
}

async function takeLogs(
  context: CommandContext,
  from: string,
  zone: LegacyZone,
): Promise<ImportReport['logs']> {
  const { config, signal } = context
  let shown = ''
  using _ = liveLine(context, () => shown)
  try {
    return await importLogs({
      from,
      directory: config.log_dir,
      zone,
      clock: systemClock,
      dry_run: flagValue(context, 'dry-run'),
      signal,
      onProgress: ({ lines, file }) => {
        shown = `Importing logs: ${counted(lines, 'line')}, now ${file} …`
      },
    })
  } catch (error) {
    if (signal.aborted) return null
    throw error
  }
}

function logLines(logs: ImportReport['logs']): readonly string[] {
  if (logs === null) return ['It was interrupted. Run it again: what is done is not done twice.']
  const days = logs.days === null ? '' : `, from ${logs.days.first} to ${logs.days.last}`
  return [
    `Imported ${counted(logs.lines, 'log line')} of ${counted(logs.files.imported, 'file')}${days}; ${counted(logs.files.unchanged, 'file')} were here already.`,
    ...(logs.unreadable_lines > 0 ? [`  ${counted(logs.unreadable_lines, 'line')} in no known form`] : []),
  ]
}

/** What would be written to; null for a database in which a dry run would have to make our tables. */
async function openTarget(database: string, dry_run: boolean): Promise<Store | null> {
  const state = dry_run ? await schemaState(database) : 'current'
  if (state === 'none') return null
  if (state === 'older') {
    throw new MonitorError(
      'usage',
      'The database is of an earlier version, and a dry run does not change it.',
      {
        next_step: 'Run migrate first, or import without --dry-run.',
      },
    )
  }
  return await openStore(database, { cache_mib: CACHE_MIB, postpone_indexes: true })
}

/** Of times that name none: the earlier system wrote UTC into its table, unless it was changed. */
function earlierZone(context: CommandContext): LegacyZone {
  const zone = stringValue(context, 'time-zone') ?? 'UTC'
  if (isZone(zone)) return legacyZone(zone)
  throw new MonitorError('usage', `There is no time zone "${printable(zone)}".`, {
    next_step: 'Use an IANA name such as Europe/Berlin, America/Denver or UTC.',
  })
}

function checkLogFolder(logs: string, own: string): void {
  if (!existsSync(logs)) {
    throw new MonitorError('not_found_locally', `There is no folder ${printable(logs)}.`, {
      next_step: "Name the folder of the earlier system's log files with --logs.",
    })
  }
  if (existsSync(own) && realpathSync(logs) === realpathSync(own)) {
    throw new MonitorError('usage', `${printable(logs)} is the log folder of this program already.`, {
      next_step: 'Leave --logs out: the files in it are read where they are.',
    })
  }
}
