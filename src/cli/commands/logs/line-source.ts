import { MonitorError } from '../../../core/errors.ts'
import { FleetReader } from '../../../fleet-logs/reading/fleet-reader.ts'
import { legacyZone } from '../../../logs/reading/legacy-zone.ts'
import { listSources } from '../../../logs/reading/list-sources.ts'
import type { LogQuery, SearchItem } from '../../../search/log-query.ts'
import { searchLogs, type SearchOptions } from '../../../search/search-logs.ts'
import { tailLogs } from '../../../search/tail-logs.ts'
import type { TailItem, TailQuery } from '../../../search/tail-query.ts'
import { databasePlace, isPostgres } from '../../../store/open-store.ts'
import { flagValue, stringValue, type Command, type CommandContext } from '../../command.ts'
import { printable } from '../../terminal.ts'
import { requireLogFolder } from './log-folder.ts'

/** Where lines are read. */
export const LINE_SOURCE_OPTIONS: Command['options'] = {
  fleet: { type: 'boolean', help: 'the lines that all machines have shipped to PostgreSQL' },
  files: { type: 'boolean', help: 'the files of this machine' },
  machine: { type: 'string', value: 'NAME', help: 'only lines that this machine wrote; with --fleet' },
}

/** The files of this machine, or the lines of all. */
export interface LineSource extends AsyncDisposable {
  search(query: LogQuery, options: SearchOptions): AsyncGenerator<SearchItem>
  tail(query: TailQuery, options: SearchOptions): AsyncGenerator<TailItem>
  /** A sentence for a search without hits. */
  nothingFound(): Promise<string>
}

/** @throws MonitorError `usage`, `config_invalid`, and `not_found_locally` where there are no files to read */
export async function openLineSource(context: CommandContext): Promise<LineSource> {
  const { config } = context
  const [wants_fleet, wants_files] = [flagValue(context, 'fleet'), flagValue(context, 'files')]
  const machine = stringValue(context, 'machine')
  if (wants_fleet && wants_files) throw usage('--fleet and --files are two places.', 'Leave one of them out.')
  const is_fleet = wants_fleet || (!wants_files && (config.ship_logs || machine !== undefined))
  if (!is_fleet) {
    if (machine !== undefined)
      throw usage('The files are of this machine alone.', 'Leave --machine or --files out.')
    await requireLogFolder(config.log_dir)
    return filesOf(config.log_dir, config.time_zone)
  }
  if (!isPostgres(config.database)) {
    throw usage(
      'The lines of all machines are in PostgreSQL, and the database is another.',
      'Set DATABASE_URL to a postgres:// address, or search with --files.',
    )
  }
  return fleetIn(config.database, machine)
}

function filesOf(directory: string, time_zone: string): LineSource {
  const zone = legacyZone(time_zone)
  return {
    search: (query, options) => searchLogs(directory, query, { ...options, zone }),
    tail: (query, options) => tailLogs(directory, query, { ...options, zone }),
    async nothingFound() {
      const is_empty = (await listSources(directory)).length === 0
      const folder = printable(directory)
      return is_empty ? `There is no log file in ${folder}.` : `No line in ${folder} matches.`
    },
    async [Symbol.asyncDispose]() {},
  }
}

function fleetIn(database: string, machine: string | undefined): LineSource {
  const reader = new FleetReader(database)
  const of = machine === undefined ? {} : { machine }
  return {
    search: (query, options) => reader.search({ ...query, ...of }, options),
    tail: (query, options) => reader.tail({ ...query, ...of }, options),
    nothingFound: async () => `No shipped line in ${printable(databasePlace(database))} matches.`,
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  }
}

function usage(message: string, next_step: string): MonitorError {
  return new MonitorError('usage', message, { next_step })
}
