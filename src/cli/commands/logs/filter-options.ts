import { LOG_LEVELS, LOG_STREAMS, type LogLevel, type LogStream } from '../../../core/log-event.ts'
import { MonitorError } from '../../../core/errors.ts'
import type { LineFilter } from '../../../search/log-query.ts'
import { nearest } from '../../arguments.ts'
import { stringValue, stringValues, type Command, type CommandContext } from '../../command.ts'

/** The options by which lines are chosen, of search and of tail. */
export const FILTER_OPTIONS: Command['options'] = {
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
}

/** @throws MonitorError `usage` for a stream or level that there is not */
export function readFilter(context: CommandContext): LineFilter {
  const streams = readStreams(stringValues(context, 'stream'))
  const level = readLevel(stringValue(context, 'level'))
  const event = stringValue(context, 'event')
  const task_id = stringValue(context, 'task')
  const user_id = stringValue(context, 'user')
  return {
    ...(streams === null ? {} : { streams }),
    ...(level === null ? {} : { level }),
    ...(event === undefined ? {} : { event }),
    ...(task_id === undefined ? {} : { task_id }),
    ...(user_id === undefined ? {} : { user_id }),
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
