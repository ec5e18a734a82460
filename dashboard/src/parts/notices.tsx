import { useSyncExternalStore, type ReactNode } from 'react'

const SHOWN_MS = 4000

interface Notice {
  readonly words: string
}

const listeners = new Set<() => void>()
let notice: Notice | null = null
let timer: ReturnType<typeof setTimeout> | null = null

function become(next: Notice | null): void {
  notice = next
  for (const listener of listeners) listener()
}

/** Says for some seconds, at the edge of the page, that something was done. */
export function notify(words: string): void {
  if (timer !== null) clearTimeout(timer)
  become({ words })
  timer = setTimeout(() => {
    become(null)
  }, SHOWN_MS)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Where notices stand; once in the page. */
export function Notices(): ReactNode {
  const shown = useSyncExternalStore(subscribe, () => notice)
  return (
    <p className={shown === null ? 'notice notice-none' : 'notice'} role="status">
      {shown?.words}
    </p>
  )
}
