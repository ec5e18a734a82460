import { MonitorError } from '../../core/errors.ts'
import type { QueueSource } from '../../queue/run-job.ts'
import { readToken } from '../canvas-token.ts'
import { nearest } from '../arguments.ts'
import type { CommandContext } from '../command.ts'
import { printable } from '../terminal.ts'

/** What `CANVAS_BASE_URL` and `CANVAS_ACCESS_TOKEN` are called. */
export const DEFAULT_SOURCE = 'default'

/** The sources of this machine by name. */
export function queueSources({ config, environment }: CommandContext): Map<string, QueueSource> {
  const sources = new Map<string, QueueSource>()
  const { canvas_base_url, canvas_access_token } = config
  if (canvas_base_url !== null && canvas_access_token !== null) {
    const readDefault = (): string => readToken(undefined, canvas_access_token)
    sources.set(DEFAULT_SOURCE, { name: DEFAULT_SOURCE, base_url: canvas_base_url, readToken: readDefault })
  }
  for (const [name, { base_url, token_file, token_env }] of Object.entries(config.sources)) {
    const read = (): string =>
      token_file === undefined ? fromEnvironment(environment, token_env ?? '') : readToken(token_file, null)
    sources.set(name, { name, base_url, readToken: read })
  }
  return sources
}

function fromEnvironment(environment: CommandContext['environment'], name: string): string {
  const token = environment[name]?.trim() ?? ''
  if (/^[!-~]+$/.test(token)) return token
  throw new MonitorError('token_missing', `There is no access token in ${name}.`, {
    next_step: `Set ${name} where the worker is started.`,
  })
}

/** Those that were asked for, or all. @throws MonitorError `usage` when one is not configured */
export function chosenSources(
  all: ReadonlyMap<string, QueueSource>,
  names: readonly string[],
): Map<string, QueueSource> {
  if (names.length === 0) return new Map(all)
  return new Map(
    names.map((name) => {
      const source = all.get(name)
      if (source !== undefined) return [name, source]
      const near = nearest(name, [...all.keys()])
      throw new MonitorError('usage', `This machine has no source "${printable(name)}".`, {
        next_step:
          near === null
            ? 'Name it under "sources" in the configuration file.'
            : `Did you mean ${near}? It has ${[...all.keys()].join(', ')}.`,
      })
    }),
  )
}
