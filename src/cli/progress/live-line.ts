import type { CommandContext } from '../command.ts'
import { LiveDisplay } from './live-display.ts'

/** One line that tells how far a command is, on a screen; nothing elsewhere. Gone when disposed of. */
export function liveLine({ terminal }: Pick<CommandContext, 'terminal'>, line: () => string): Disposable {
  const shown = terminal.interactive && !terminal.quiet ? new LiveDisplay(terminal, () => [line()]) : null
  shown?.start()
  return {
    [Symbol.dispose]() {
      shown?.stop()
    },
  }
}
