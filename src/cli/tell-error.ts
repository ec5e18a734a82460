import { isMonitorError } from '../core/errors.ts'
import { redactText } from '../logs/redact.ts'
import { printable, type Terminal } from './terminal.ts'

/** A token that was put where something else belongs must not be repeated to whoever reads the terminal. */
function clean(text: string, line_break = ' '): string {
  return text
    .split('\n')
    .map((line) => printable(redactText(line)))
    .join(line_break)
}

/** One sentence and what to do next; the stack only when asked for. Returns the exit code. */
export function tellError(terminal: Terminal, error: unknown, debug: boolean): number {
  const mark = terminal.style('red', 'Error:')
  if (isMonitorError(error)) {
    terminal.error(`${mark} ${clean(error.message)}`)
    if (error.next_step !== '') terminal.error(clean(error.next_step))
    if (debug) terminal.error(clean(error.stack ?? '', '\n'))
    return error.exit_code
  }
  terminal.error(`${mark} Something unforeseen happened; this is a fault of canvas-sync-monitor.`)
  terminal.error(
    debug && error instanceof Error
      ? clean(error.stack ?? '', '\n')
      : 'Run it again with --debug and report what it shows.',
  )
  return 1
}
