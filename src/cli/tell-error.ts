import { isMonitorError } from '../core/errors.ts'
import { printable, type Terminal } from './terminal.ts'

/** One sentence and what to do next; the stack only when asked for. Returns the exit code. */
export function tellError(terminal: Terminal, error: unknown, debug: boolean): number {
  const mark = terminal.style('red', 'Error:')
  if (isMonitorError(error)) {
    terminal.error(`${mark} ${printable(error.message)}`)
    if (error.next_step !== '') terminal.error(printable(error.next_step))
    if (debug) terminal.error(String(error.stack))
    return error.exit_code
  }
  terminal.error(`${mark} Something unforeseen happened; this is a fault of canvas-sync-monitor.`)
  terminal.error(
    debug && error instanceof Error
      ? String(error.stack)
      : 'Run it again with --debug and report what it shows.',
  )
  return 1
}
