import { constants } from 'node:os'
import type { Terminal } from './terminal.ts'

export interface SignalWatch extends Disposable {
  readonly signal: AbortSignal
  /** 130 after Ctrl-C, 143 after SIGTERM; null while there was none. */
  readonly exit_code: number | null
}

/** npm and `npx` pass on the Ctrl-C that the terminal has sent already, which is no second one. */
const SAME_PRESS_MS = 300

/** Turns the first Ctrl-C or SIGTERM into an abort, so that what was read is kept; the second one ends at once. */
export function watchSignals(terminal: Terminal): SignalWatch {
  const abort = new AbortController()
  let exit_code: number | null = null
  let first_at = 0
  const onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
    const code = 128 + constants.signals[name]
    if (exit_code !== null) {
      if (performance.now() - first_at < SAME_PRESS_MS) return
      endAtOnce(name, code)
      return
    }
    exit_code = code
    first_at = performance.now()
    terminal.message('Stopping. Once more to stop at once.')
    abort.abort()
  }
  const endAtOnce = (name: 'SIGINT' | 'SIGTERM', code: number): void => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    // What the end must not forget: log lines in memory, the cursor. `process.exit` would do it too, but then wait for
    // the store's thread, which may wait for a lock.
    process.emit('exit', code)
    process.kill(process.pid, name)
    // oxlint-disable-next-line unicorn/no-process-exit -- the first process of a container survives its own signal
    process.exit(code)
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
