import type { ChildProcess } from 'node:child_process'

/** What others send to end or steer a job. SIGKILL and SIGSTOP cannot be passed on. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const
/** A terminal sends these to the command as well. */
const SENT_BY_TERMINAL: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT', 'SIGHUP'])
const ENDS: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])

/** Keeps the signals that are sent to this process from ending it, and gives them to a command. */
export class SignalRelay implements Disposable {
  readonly #came: NodeJS.Signals[] = []
  #child: ChildProcess | null = null

  constructor() {
    for (const signal of PASSED_ON) process.on(signal, this.#pass)
  }

  /** The first that asks to end; null when nobody has asked. */
  get end_asked_by(): NodeJS.Signals | null {
    return this.#came.find((signal) => ENDS.has(signal)) ?? null
  }

  /** The command gets what comes from now on. */
  passTo(child: ChildProcess): void {
    this.#child = child
  }

  readonly #pass = (signal: NodeJS.Signals): void => {
    this.#came.push(signal)
    const is_sent_already = process.stdin.isTTY && SENT_BY_TERMINAL.has(signal)
    if (!is_sent_already) this.#child?.kill(signal)
  };

  [Symbol.dispose](): void {
    for (const signal of PASSED_ON) process.off(signal, this.#pass)
  }
}
