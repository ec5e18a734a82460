import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'

/** What others send to end or steer a job. SIGUSR1 would open Node's debugger; SIGKILL and SIGSTOP cannot be passed on. */
const PASSED_ON = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGCONT',
  'SIGWINCH',
] as const
/** A terminal, or the shell in it, sends these to the command as well. */
const SENT_BY_TERMINAL: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGCONT', 'SIGWINCH'])
const ENDS: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])

/** Keeps the signals that are sent to this process from ending it, and gives them to a command. */
export class SignalRelay implements Disposable {
  #end_asked_by: NodeJS.Signals | null = null
  #child: ChildProcess | null = null

  constructor() {
    for (const signal of PASSED_ON) process.on(signal, this.#pass)
  }

  /** The first that asks to end; null when nobody has asked. */
  get end_asked_by(): NodeJS.Signals | null {
    return this.#end_asked_by
  }

  /** The command gets what comes from now on. */
  passTo(child: ChildProcess): void {
    this.#child = child
  }

  readonly #pass = (signal: NodeJS.Signals): void => {
    if (ENDS.has(signal)) this.#end_asked_by ??= signal
    const is_sent_already = SENT_BY_TERMINAL.has(signal) && isInForeground(process.pid, ownStat())
    if (!is_sent_already) this.#child?.kill(signal)
  };

  [Symbol.dispose](): void {
    for (const signal of PASSED_ON) process.off(signal, this.#pass)
  }
}

/**
 * Whether a terminal sends its signals to this process and its command at once: to the group that is in its foreground.
 *
 * @param stat of proc(5); null where there is none
 */
export function isInForeground(pid: number, stat: string | null): boolean {
  // The first process of a container is asked to end by whoever runs it, also where it has a terminal.
  if (pid === 1) return false
  // Not `process.stdin`, which would take the blocking away from the input that the command shares.
  if (stat === null) return isatty(0)
  // Behind the name, which may hold anything: state, parent, group, session, terminal, group in its foreground.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return group === foreground
}

function ownStat(): string | null {
  try {
    return readFileSync('/proc/self/stat', 'utf8')
  } catch {
    return null
  }
}
