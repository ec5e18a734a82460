import { z } from 'zod'
import { isMonitorError } from '../../core/errors.ts'
import { LOG_LEVELS, LOG_STREAMS, type LogLevel, type LogStream } from '../../core/log-event.ts'
import { parseTime, TIME_FORMS, type Bound, type TimeContext, type TimeRange } from '../../core/time-range.ts'
import type { LineReader, OfMachine } from '../../search/line-reader.ts'
import { linePattern } from '../../search/line-pattern.ts'
import { MAX_TEXT_LENGTH, type LineFilter } from '../../search/log-query.ts'
import { statusCondition } from '../../search/status-condition.ts'
import { problem, type Answer, type Members } from '../http/answer.ts'
import { badParameter, opaqueId, wholeNumber } from '../http/parameters.ts'

const MOST_MS = 1_000_000_000

/** By what lines are chosen, as it comes in. */
export interface FilterInput {
  readonly source: 'files' | 'fleet' | undefined
  readonly machine: string | undefined
  readonly text: string | undefined
  readonly regex: string | undefined
  readonly ignore_case: boolean
  readonly stream: readonly LogStream[] | undefined
  readonly level: LogLevel | undefined
  readonly event: string | undefined
  readonly task_id: string | undefined
  readonly user_id: string | undefined
  readonly course_id: string | undefined
  readonly status: string | undefined
  readonly min_duration_ms: number | undefined
  readonly max_duration_ms: number | undefined
}

export function text(description: string, maximum: number): z.ZodType<string | undefined> {
  const error = `text of 1 to ${maximum} characters`
  return z.string({ error }).min(1, { error }).max(maximum, { error }).optional().meta({ description })
}

const id = (description: string): z.ZodType<string | undefined> => opaqueId(description).optional()

const duration = (description: string): z.ZodType<number | undefined> =>
  wholeNumber(0, MOST_MS).optional().meta({ description })

/** `operations,errors`, or the parameter several times. */
function splitNames(given: unknown): unknown {
  const names: unknown[] = [given].flat()
  return names.every((name) => typeof name === 'string') ? names.join(',').split(',') : given
}

const source_error = 'files or fleet'
const streams_error = `one or more of ${LOG_STREAMS.join(', ')}, with commas between them`
const level_error = `one of ${LOG_LEVELS.join(', ')}`
const FLAGS: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false }

/** In search and in tail. */
export const FILTER_PARAMETERS: Members<FilterInput> = {
  source: z.enum(['files', 'fleet'], { error: source_error }).optional().meta({
    description:
      'The files of this machine, or the lines of all machines; by default those of all where they are shipped',
  }),
  machine: text('Only lines that this machine wrote; of all machines alone', 255),
  text: text('Looked for as it is, anywhere in a line', MAX_TEXT_LENGTH),
  regex: text('A regular expression in RE2 syntax; not together with a text', MAX_TEXT_LENGTH),
  ignore_case: z
    .preprocess(
      (given) => (typeof given === 'string' ? (FLAGS[given] ?? given) : given),
      z.boolean({ error: 'true or false' }).default(false),
    )
    .meta({ description: 'Letters of the text or expression in any case' }),
  stream: z
    .preprocess(
      splitNames,
      z.array(z.enum(LOG_STREAMS, { error: streams_error }), { error: streams_error }).optional(),
    )
    .meta({ description: 'Only these log streams, with commas between them' }),
  level: z
    .preprocess(
      (given) => (typeof given === 'string' ? given.toUpperCase() : given),
      z.enum(LOG_LEVELS, { error: level_error }).optional(),
    )
    .meta({ description: 'This level or a more severe one' }),
  event: text('Only this event', 255),
  task_id: id('Only lines of the sync with this task id'),
  user_id: id('Only lines of this user'),
  course_id: id('Only lines about this course'),
  status: text('404, 4xx, >=400, or a word such as completed', 64),
  min_duration_ms: duration('Only what took so long or longer'),
  max_duration_ms: duration('Only what took no longer'),
}

/** The filter without what was not given; or why it cannot be used. */
export async function readFilter(input: FilterInput): Promise<{ filter: LineFilter } | { refused: Answer }> {
  const { text, regex, ignore_case, stream, level, event, task_id } = input
  const { user_id, course_id, status, min_duration_ms, max_duration_ms } = input
  if (status !== undefined && statusCondition(status) === undefined) {
    return { refused: badParameter('status', '404, 4xx, >=400, or a word such as completed') }
  }
  if ((min_duration_ms ?? 0) > (max_duration_ms ?? Infinity)) {
    return { refused: badParameter('min_duration_ms', 'at most "max_duration_ms"') }
  }
  const filter: LineFilter = {
    ...(text === undefined ? {} : { text }),
    ...(regex === undefined ? {} : { regex }),
    ...(ignore_case ? { ignore_case } : {}),
    ...(stream === undefined ? {} : { streams: LOG_STREAMS.filter((name) => stream.includes(name)) }),
    ...(level === undefined ? {} : { level }),
    ...(event === undefined ? {} : { event }),
    ...(task_id === undefined ? {} : { task_id }),
    ...(user_id === undefined ? {} : { user_id }),
    ...(course_id === undefined ? {} : { course_id }),
    ...(status === undefined ? {} : { status }),
    ...(min_duration_ms === undefined ? {} : { min_duration_ms }),
    ...(max_duration_ms === undefined ? {} : { max_duration_ms }),
  }
  return (await patternRefusal(filter)) ?? { filter }
}

async function patternRefusal(filter: LineFilter): Promise<{ refused: Answer } | null> {
  try {
    await linePattern(filter)
    return null
  } catch (error) {
    return { refused: refusedQuery(error, filter.regex === undefined ? 'text' : 'regex') }
  }
}

/**
 * Where lines are to be read: null for the files of this machine. Or why they cannot be read there.
 */
export function readSource(
  { source, machine }: Pick<FilterInput, 'source' | 'machine'>,
  fleet: LineReader | null,
): { fleet: LineReader | null; of: OfMachine } | { refused: Answer } {
  if (source === 'fleet' && fleet === null) {
    return { refused: badParameter('source', 'files, since this server has no lines of other machines') }
  }
  const chosen = source === 'files' ? null : fleet
  if (machine !== undefined && chosen === null) {
    return { refused: badParameter('machine', 'left out: the files of this machine are searched') }
  }
  return { fleet: chosen, of: machine === undefined ? {} : { machine } }
}

/** The answer to a query that the search itself refuses; other errors are thrown on. */
export function refusedQuery(error: unknown, parameter: string): Answer {
  if (!isMonitorError(error) || error.code !== 'usage') throw error
  return problem(400, error.message, { parameter, detail: `${error.message} ${error.next_step}`.trim() })
}

/** The range of `since` and `until`; or why it is none. */
export function readRange(
  given: { readonly since: string | undefined; readonly until: string | undefined },
  context: TimeContext,
): { range: TimeRange } | { refused: Answer } {
  const moments: Partial<Record<Bound, number>> = {}
  for (const bound of ['since', 'until'] as const) {
    const text = given[bound]
    if (text === undefined) continue
    const moment = parseTime(text, bound, context)
    if (moment === null) return { refused: badParameter(bound, TIME_FORMS) }
    moments[bound] = moment
  }
  const { since: since_ms, until: until_ms } = moments
  if (since_ms !== undefined && until_ms !== undefined && since_ms >= until_ms) {
    return { refused: badParameter('since', 'before "until"') }
  }
  const range = {
    ...(since_ms === undefined ? {} : { since_ms }),
    ...(until_ms === undefined ? {} : { until_ms }),
  }
  return { range }
}
