import { join } from 'node:path'
import { COMMANDS } from '../../../src/cli/command-list.ts'
import type { RunningCli } from '../../cli/support/run-cli.ts'
import { WorkPlace } from '../../cli/support/work-place.ts'
import { dockerStages, environmentOf } from './dockerfile.ts'

/** What a file of the deployment says about one container. */
export interface ContainerSpec {
  /** Behind the entry point of the image. */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** What stands in the files of the secrets, by their paths in the container. */
  readonly secrets: Readonly<Record<string, string>>
}

/**
 * Starts the program as the container would: same command line, the variables of image and file, secrets in files.
 * Only the places differ: a folder of its own, a free port of this machine alone.
 */
export function startContainer(spec: ContainerSpec): RunningCli {
  const place = new WorkPlace()
  for (const [path, text] of Object.entries(spec.secrets)) place.write(join('root', path), text)
  const given = { ...environmentOf(dockerStages().at(-1)), ...spec.environment }
  const environment = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      name.endsWith('_FILE') || name.endsWith('_DIR') ? place.path(join('root', value)) : value,
    ]),
  )
  return place.start(withFreePort(spec.args), {
    // It would listen beyond this machine; the question for tokens is the same.
    environment: { ...environment, HOST: '127.0.0.1', REQUIRE_TOKEN: 'true', PORT: '0' },
  })
}

/** A worker's probes: several tests run at once on this machine. */
function withFreePort(args: readonly string[]): string[] {
  const places: Readonly<Record<string, string>> = { '--probe-port': '0', '--probe-host': '127.0.0.1' }
  return args.map((argument, index) => places[args[index - 1] ?? ''] ?? argument)
}

export const isCommand = (name: string | undefined): boolean =>
  COMMANDS.some((command) => command.name === name)

/** The seconds that a worker waits for its syncs when it is stopped. */
export function drainSeconds(args: readonly string[]): number {
  const [, seconds = 'NaN'] = /^(\d+)s$/.exec(args[args.indexOf('--drain') + 1] ?? '') ?? []
  return Number(seconds)
}
