import { MonitorError } from '../../core/errors.ts'
import { toSyncRecord, type SyncRow } from '../../core/sync-record.ts'
import type { SyncStatus } from '../../core/sync-status.ts'
import { databasePlace, openStore } from '../../store/open-store.ts'
import type { SyncLists, SyncPageQuery, SyncPlace } from '../../store/sync-lists.ts'
import type { SyncStore } from '../../store/sync-store.ts'
import { exitCodeOf } from '../exit-code.ts'
import { lookForLostSyncs } from '../lost-syncs.ts'
import { stringValue, type Command, type CommandContext } from '../command.ts'
import { grouped, spokenDuration, wholeNumberOption } from '../numbers.ts'
import { readSyncFilters, SYNC_FILTERS } from '../sync-filters.ts'
import { describeOutcome, describeSync, statusText } from '../sync-text.ts'
import { printable } from '../terminal.ts'
import { cutText, padText, textWidth } from '../text-width.ts'

export const syncs: Command = {
  name: 'syncs',
  summary: 'list syncs, or show one',
  positionals: 'list | show ID',
  options: {
    ...SYNC_FILTERS,
    limit: { type: 'string', value: 'N', help: 'at most so many (default 20)' },
  },
  notes: ['ID is the number of a sync or its task id. show exits as the sync itself did.'],
  async run(context) {
    const [verb = 'list', id, ...rest] = context.positionals
    if (verb !== 'list' && verb !== 'show') {
      throw new MonitorError('usage', `syncs has no "${verb}".`, {
        next_step: 'Use syncs list or syncs show ID.',
      })
    }
    if (rest.length > 0 || (verb === 'list' && id !== undefined)) {
      throw new MonitorError('usage', `syncs ${verb} does not take "${rest[0] ?? id ?? ''}".`, {
        next_step: 'See canvas-sync-monitor syncs --help.',
      })
    }
    await using store = await openStore(context.config.database)
    await lookForLostSyncs(store, context.config.log_dir)
    return verb === 'list' ? await list(context, store.lists) : await show(context, store.syncs, id)
  },
}

async function list(context: CommandContext, lists: SyncLists): Promise<number> {
  const { terminal, json } = context
  const limit = wholeNumberOption(stringValue(context, 'limit'), '--limit', {
    minimum: 1,
    maximum: 10_000,
    missing: 20,
  })
  const { condition, sort } = readSyncFilters(context)
  const rows: SyncRow[] = []
  let after: SyncPlace | null = null
  do {
    const query: SyncPageQuery = { condition, sort, limit: limit - rows.length, after }
    const page = await lists.page(query)
    rows.push(...page.rows)
    after = page.next
  } while (after !== null && rows.length < limit)
  if (json) {
    terminal.json(rows.map(toSyncRecord))
    return 0
  }
  const filtered = Object.keys(condition).length > 0
  if (rows.length === 0) terminal.message(filtered ? 'No sync matches.' : noSyncs(context))
  else for (const line of table(rows, context)) terminal.data(line)
  return 0
}

const noSyncs = ({ config }: CommandContext): string =>
  `No syncs yet in ${printable(databasePlace(config.database))}. Run one with canvas-sync-monitor sync.`

function table(rows: readonly SyncRow[], { terminal }: CommandContext): string[] {
  const heads = ['id', 'started (UTC)', 'status', 'type', 'user', 'duration', 'courses', 'calls', 'error']
  const cells = rows.map((row) => [
    String(row.id),
    new Date(row.sync_start_time).toISOString().slice(0, 19).replace('T', ' '),
    row.sync_status,
    cutText(printable(row.sync_type), 20),
    cutText(printable(row.user_id ?? '-'), 20),
    row.total_duration_seconds === null ? '-' : spokenDuration(row.total_duration_seconds * 1000),
    grouped(row.courses_processed),
    grouped(row.api_calls_made),
    row.error_type ?? '',
  ])
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((cell) => textWidth(cell[column] ?? ''))),
  )
  const numeric = new Set([0, 5, 6, 7])
  const pad = (cell: string, column: number): string =>
    numeric.has(column) ? cell.padStart(widths[column] ?? 0) : padText(cell, widths[column] ?? 0)
  const head = terminal.style('bold', heads.map(pad).join('  ').trimEnd(), 'stdout')
  const lines = rows.map((row, index) =>
    (cells[index] ?? [])
      .map((cell, column) => {
        const padding = ' '.repeat(Math.max(0, (widths[column] ?? 0) - cell.length))
        return column === 2 ? `${plainStatus(row.sync_status, terminal)}${padding}` : pad(cell, column)
      })
      .join('  ')
      .trimEnd(),
  )
  return [head, ...lines]
}

const plainStatus = (status: SyncStatus, terminal: CommandContext['terminal']): string =>
  statusText(status, terminal, 'stdout').replace(/^(\u001b\[\d+m)?\S /, '$1')

async function show(context: CommandContext, store: SyncStore, id: string | undefined): Promise<number> {
  const { terminal, json } = context
  if (id === undefined) {
    throw new MonitorError('usage', 'syncs show needs the id of a sync.', {
      next_step: 'See syncs list for the ids.',
    })
  }
  const by_number = /^\d{1,15}$/.test(id) ? await store.getSync(Number(id)) : null
  const row = by_number ?? (await store.getSyncByTaskId(id))
  if (row === null) {
    throw new MonitorError('not_found_locally', `There is no sync ${id}.`, {
      next_step: 'See syncs list for the ids.',
    })
  }
  const record = toSyncRecord(row)
  const outcomes = await store.listCourseOutcomes(row.id)
  const status_changes = await store.listStatusChanges(row.id)
  if (json) terminal.json({ ...record, course_outcomes: outcomes, status_changes })
  else {
    for (const line of describeSync(record, terminal)) terminal.data(line)
    for (const outcome of outcomes) terminal.data(`  ${describeOutcome(outcome)}`)
  }
  return exitCodeOf(record)
}
