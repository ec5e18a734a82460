import { streamOf, toTailRecord } from '../../../search/line-records.ts'
import type { TailGap, TailLine, TailQuery } from '../../../search/tail-query.ts'
import { flagValue, stringValue, type Command, type CommandContext } from '../../command.ts'
import { finderOf } from '../../find-text.ts'
import { LineFlow } from '../../line-flow.ts'
import { LogText, type Finder } from '../../log-text.ts'
import { wholeNumberOption } from '../../numbers.ts'
import { jsonText, type Terminal } from '../../terminal.ts'
import { FILTER_OPTIONS, readFilter } from './filter-options.ts'
import { LINE_SOURCE_OPTIONS, openLineSource } from './line-source.ts'

const MOST_LINES = 10_000

export const logsTail: Command = {
  name: 'logs tail',
  summary: 'show the last lines of the logs and follow them',
  positionals: '[TEXT]',
  options: {
    ...FILTER_OPTIONS,
    ...LINE_SOURCE_OPTIONS,
    lines: { type: 'string', short: 'n', value: 'N', help: 'first the last so many lines (default 10)' },
    'no-follow': { type: 'boolean', help: 'end after these' },
  },
  notes: [
    'With TEXT or filters only the lines that match. Several streams are shown in the order of their times,',
    'and followed through rotation. Ctrl-C stops it. --json prints one object for each line.',
  ],
  run: tail,
}

async function tail(context: CommandContext): Promise<number> {
  const { terminal } = context
  const last = wholeNumberOption(stringValue(context, 'lines'), '--lines', {
    minimum: 0,
    maximum: MOST_LINES,
    missing: 10,
  })
  const query: TailQuery = { ...readFilter(context, 'logs tail'), last }
  const follow = !flagValue(context, 'no-follow')
  await using source = await openLineSource(context)
  const signal = AbortSignal.any([context.signal, terminal.reader_gone])
  const flow = new LineFlow(terminal)
  const show = tailText(context, query, await finderOf(query))
  for await (const item of source.tail(query, { signal })) {
    if (item.kind === 'line') for (const line of show(item)) await flow.add(line)
    else {
      await flow.flush()
      if (item.kind === 'gap') tellGap(terminal, item)
      else if (!follow) break
    }
  }
  await flow.flush()
  return 0
}

/** Turns a line that came into what is printed of it. */
function tailText(
  { terminal, config, json }: CommandContext,
  query: TailQuery,
  find: Finder | null,
): (item: TailLine) => string[] {
  if (json) return (item) => [jsonText(toTailRecord(item))]
  const with_stream = query.streams?.length !== 1
  const text = new LogText({ terminal, zone: config.time_zone, with_stream, find })
  return ({ entry, line, source, machine }) =>
    entry === null ? [text.unknownLine(streamOf(source), line)] : text.lines(entry, line, machine)
}

const GAPS: Readonly<Record<TailGap['reason'], string>> = {
  deleted: 'were deleted before they could be shown',
  truncated: 'were cut from their file before they could be shown',
  unreadable: 'cannot be read',
}

function tellGap(terminal: Terminal, { stream, reason }: TailGap): void {
  terminal.error(`Lines of ${stream} ${GAPS[reason]}.`)
}
