import { MonitorError } from '../../../core/errors.ts'
import { parseTimeRange } from '../../../core/time-range.ts'
import { DEFAULT_LIMIT, MAX_CONTEXT, type LogQuery } from '../../../search/log-query.ts'
import { flagValue, stringValue, type Command, type CommandContext } from '../../command.ts'
import { wholeNumberOption } from '../../numbers.ts'
import { FILTER_OPTIONS, readFilter } from './filter-options.ts'
import { LINE_SOURCE_OPTIONS, openLineSource } from './line-source.ts'
import { showSearch } from './show-search.ts'

const MOST_HITS = 1_000_000_000

export const logsSearch: Command = {
  name: 'logs search',
  summary: 'find lines of the logs by text and by what they are about',
  positionals: 'TEXT',
  options: {
    ...FILTER_OPTIONS,
    ...LINE_SOURCE_OPTIONS,
    since: {
      type: 'string',
      value: 'TIME',
      help: 'from then on: 2h, yesterday, 2026-11-22, 2026-11-22T10:15',
    },
    until: { type: 'string', value: 'TIME', help: 'before then; a whole day is included' },
    'oldest-first': { type: 'boolean', help: 'default: the newest first' },
    limit: { type: 'string', value: 'N', help: `at most so many hits (default ${DEFAULT_LIMIT})` },
    context: { type: 'string', short: 'C', value: 'N', help: 'so many lines of the file around each hit' },
    cursor: { type: 'string', value: 'CURSOR', help: 'go on where a search with the same options was cut' },
    count: { type: 'boolean', help: 'print only how many lines match, all of them' },
  },
  notes: [
    'It looks in the live files, the rotated ones and the archives, for TEXT anywhere in a line as it stands',
    'in its file. TEXT may be left out with any filter; quote it when it has spaces, and put -- before it',
    'when it begins with a dash.',
    'A time without an offset is in the zone of this machine (TZ). --json prints one object for each hit.',
    'With --fleet it looks in the lines that all machines have shipped to PostgreSQL, which is the default',
    'where ship_logs is set; --files looks in the files of this machine.',
    'Exit codes: 0 also when nothing matches; 3 when a file could not be read.',
  ],
  async run(context) {
    const { limit, query } = readQuery(context)
    await using source = await openLineSource(context)
    return await showSearch(context, query, limit, source)
  },
}

/** @throws MonitorError `usage` */
function readQuery(context: CommandContext): { query: LogQuery; limit: number } {
  const now_ms = Date.now()
  const [since, until] = [stringValue(context, 'since'), stringValue(context, 'until')]
  const range = parseTimeRange({ since, until }, { now_ms, zone: context.config.time_zone })
  const cursor = stringValue(context, 'cursor')
  const around = whole(context, 'context', 0, MAX_CONTEXT)
  const filter = { ...readFilter(context, 'logs search'), ...range }
  if (Object.keys(filter).length === 0) {
    throw new MonitorError('usage', 'logs search needs a text or a filter.', {
      next_step:
        'For example canvas-sync-monitor logs search timeout, or logs search --level error --since today.',
    })
  }
  const query: LogQuery = {
    ...filter,
    ...(flagValue(context, 'oldest-first') ? { order: 'oldest' } : {}),
    ...(cursor === undefined ? {} : { cursor }),
    ...(around === undefined ? {} : { context: around }),
  }
  return { query, limit: whole(context, 'limit', 1, MOST_HITS) ?? DEFAULT_LIMIT }
}

function whole(context: CommandContext, name: string, minimum: number, maximum: number): number | undefined {
  const given = stringValue(context, name)
  if (given === undefined) return undefined
  return wholeNumberOption(given, `--${name}`, { minimum, maximum, missing: Math.max(minimum, 10) })
}
