/** What ends a process that does not handle it, without the `exit` event. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const open = new Set<() => void>()
let listening = false

/**
 * Has `flush` called when the process ends: by itself, by `process.exit`, by an uncaught error or rejection, or
 * by SIGINT, SIGTERM or SIGHUP. It must be synchronous and must not throw. Returns the function that ends it.
 * Nothing helps against SIGKILL.
 *
 * One listener for each event serves all writers, is gone with the last of them, and keeps no process alive. A
 * library must not decide what a signal does: the process ends, or goes on, exactly as without the listener.
 */
export function flushAtExit(flush: () => void): () => void {
  open.add(flush)
  listen()
  return () => {
    open.delete(flush)
    if (open.size > 0) return
    process.off('exit', flushAll)
    for (const name of SIGNALS) process.off(name, onSignal)
    listening = false
  }
}

function listen(): void {
  if (listening || open.size === 0) return
  listening = true
  process.on('exit', flushAll)
  // In front, so that a listener that runs once still counts as one when `onSignal` looks.
  for (const name of SIGNALS) process.prependListener(name, onSignal)
}

function flushAll(): void {
  for (const flush of open) flush()
}

/**
 * Steps aside after the flush, until the listeners behind it have run: some of them look whether they are the
 * last and if so end the process. When there are none, the signal is sent once more and does what it does by
 * default: ends the process with the status that its parent expects, or nothing in the first process of a
 * container.
 */
function onSignal(name: NodeJS.Signals): void {
  flushAll()
  process.off(name, onSignal)
  process.nextTick(() => {
    if (listening && !process.listeners(name).includes(onSignal)) process.prependListener(name, onSignal)
  })
  if (process.listenerCount(name) === 0) process.kill(process.pid, name)
}
