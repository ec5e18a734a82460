import { LOG_LEVELS, LOG_STREAMS, type LogLevel, type LogStream } from '../../../core/log-event.ts'
import { MonitorError } from '../../../core/errors.ts'
import type { LineFilter } from '../../../search/log-query.ts'
import { nearest } from '../../arguments.ts'
import { flagValue, stringValue, stringValues, type Command, type CommandContext } from '../../command.ts'
import { wholeNumberOption } from '../../numbers.ts'

const MOST_MS = 1_000_000_000

/** The options by which lines are chosen, of search and of tail. */
export const FILTER_OPTIONS: Command['options'] = {
  regex: { type: 'boolean', help: 'TEXT is a regular expression (RE2 syntax, linear time)' },
  'ignore-case': { type: 'boolean', short: 'i', help: 'letters in any case' },
  stream: {
    type: 'string',
    value: 'NAME',
    multiple: true,
    help: `${LOG_STREAMS.join(', ')}; several with commas (default all)`,
  },
  level: { type: 'string', value: 'LEVEL', help: 'debug, info, warning or error, and what is worse' },
  event: { type: 'string', value: 'NAME', help: 'only this event: sync_failed' },
  task: { type: 'string', value: 'ID', help: 'only lines of the sync with this task id' },
  user: { type: 'string', value: 'ID', help: 'only lines of this user' },
  course: { type: 'string', value: 'ID', help: 'only lines about this course' },
  status: { type: 'string', value: 'STATUS', help: '404, 4xx, ">=400", or a word such as failed' },
  'min-duration': { type: 'string', value: 'MS', help: 'only what took so long or longer, milliseconds' },
  'max-duration': { type: 'string', value: 'MS', help: 'only what took no longer' },
}

/** @throws MonitorError `usage` for a stream or level that there is not, more than one text, a wrong number */
export function readFilter(context: CommandContext, command: string): LineFilter {
  const streams = readStreams(stringValues(context, 'stream'))
  const level = readLevel(stringValue(context, 'level'))
  const event = stringValue(context, 'event')
  const task_id = stringValue(context, 'task')
  const user_id = stringValue(context, 'user')
  const course_id = stringValue(context, 'course')
  const status = stringValue(context, 'status')
  return {
    ...readText(context, command),
    ...(streams === null ? {} : { streams }),
    ...(level === null ? {} : { level }),
    ...(event === undefined ? {} : { event }),
    ...(task_id === undefined ? {} : { task_id }),
    ...(user_id === undefined ? {} : { user_id }),
    ...(course_id === undefined ? {} : { course_id }),
    ...(status === undefined ? {} : { status }),
    ...readDurations(context),
  }
}

function readText(
  context: CommandContext,
  command: string,
): Pick<LineFilter, 'text' | 'regex' | 'ignore_case'> {
  const [text, ...more] = context.positionals
  if (more.length > 0) {
    throw new MonitorError('usage', `${command} takes one text.`, {
      next_step: `Quote it when it has spaces: "${context.positionals.join(' ')}".`,
    })
  }
  if (text === '') {
    throw new MonitorError('usage', `${command} was given an empty text.`, {
      next_step: 'Leave it out to choose lines by filters alone.',
    })
  }
  const is_regex = flagValue(context, 'regex')
  if (text === undefined) {
    if (!is_regex) return {}
    throw new MonitorError('usage', '--regex needs the expression as TEXT.', {
      next_step: String.raw`For example ${command} --regex "course \d+".`,
    })
  }
  const ignore_case = flagValue(context, 'ignore-case') ? { ignore_case: true } : {}
  return { ...(is_regex ? { regex: text } : { text }), ...ignore_case }
}

function readDurations(context: CommandContext): Pick<LineFilter, 'min_duration_ms' | 'max_duration_ms'> {
  const whole = (name: string): number | undefined => {
    const given = stringValue(context, name)
    if (given === undefined) return undefined
    return wholeNumberOption(given, `--${name}`, { minimum: 0, maximum: MOST_MS, missing: 10 })
  }
  const min_duration_ms = whole('min-duration')
  const max_duration_ms = whole('max-duration')
  return {
    ...(min_duration_ms === undefined ? {} : { min_duration_ms }),
    ...(max_duration_ms === undefined ? {} : { max_duration_ms }),
  }
}

/** Null when none is named: all. */
function readStreams(given: readonly string[]): LogStream[] | null {
  const words = given.flatMap((value) => value.split(',')).map((word) => word.trim())
  for (const word of words) {
    if (isStream(word)) continue
    const near = nearest(word.replace(/\.log$/, ''), LOG_STREAMS)
    throw new MonitorError('usage', `There is no log stream "${word}".`, {
      next_step: near === null ? `Streams are ${LOG_STREAMS.join(', ')}.` : `Did you mean ${near}?`,
    })
  }
  return words.length === 0 ? null : LOG_STREAMS.filter((stream) => words.includes(stream))
}

const isStream = (word: string): word is LogStream => (LOG_STREAMS as readonly string[]).includes(word)

function readLevel(given: string | undefined): LogLevel | null {
  if (given === undefined) return null
  const word = given.toUpperCase()
  const level = LOG_LEVELS.find((name) => name === word || (name === 'WARNING' && word === 'WARN'))
  if (level !== undefined) return level
  throw new MonitorError('usage', `There is no log level "${given}".`, {
    next_step: 'Levels are debug, info, warning and error.',
  })
}
