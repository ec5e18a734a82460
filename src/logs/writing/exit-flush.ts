const open = new Set<() => void>()

function onExit(): void {
  for (const flush of open) flush()
}

/**
 * Has `flush` called when the process exits; it must be synchronous and must not throw. One listener serves
 * all writers, so that many of them do not look like a leak. Returns the function that ends it.
 *
 * A process that a signal kills does not exit in this sense: what the last interval held is lost, unless the
 * application handles the signal and closes its writers. A library must not handle signals for it.
 */
export function flushAtExit(flush: () => void): () => void {
  if (open.size === 0) process.on('exit', onExit)
  open.add(flush)
  return () => {
    open.delete(flush)
    if (open.size === 0) process.off('exit', onExit)
  }
}
