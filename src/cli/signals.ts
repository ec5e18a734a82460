import { constants } from 'node:os'
import type { Terminal } from './terminal.ts'

export interface SignalWatch extends Disposable {
  readonly signal: AbortSignal
  /** 130 after Ctrl-C, 143 after SIGTERM; null while there was none. */
  readonly exit_code: number | null
}

/** Turns the first Ctrl-C or SIGTERM into an abort, so that what was read is kept; the second one ends at once. */
export function watchSignals(terminal: Terminal): SignalWatch {
  const abort = new AbortController()
  let exit_code: number | null = null
  const onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
    const code = 128 + constants.signals[name]
    // oxlint-disable-next-line unicorn/no-process-exit -- the second signal asks for just that
    if (exit_code !== null) process.exit(code)
    exit_code = code
    terminal.message('Stopping. Once more to stop at once.')
    abort.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: abort.signal,
    get exit_code() {
      return exit_code
    },
    [Symbol.dispose]() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
