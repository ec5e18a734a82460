import { MonitorError } from '../core/errors.ts'
import { isZone } from '../core/local-time.ts'
import { stringValue, type CommandContext } from './command.ts'
import { printable } from './terminal.ts'

/**
 * `--time-zone`, or the zone of the configuration.
 * @throws MonitorError `usage` when there is no such zone
 */
export function zoneOption(context: CommandContext): string {
  const zone = stringValue(context, 'time-zone')
  if (zone === undefined) return context.config.time_zone
  if (isZone(zone)) return zone
  throw new MonitorError('usage', `There is no time zone "${printable(zone)}".`, {
    next_step: 'Use an IANA name such as Europe/Berlin, America/Denver or UTC.',
  })
}
