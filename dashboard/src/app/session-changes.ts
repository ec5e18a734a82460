import { BASE_PATH } from '../parts/base-path.ts'

// What a session may see, the tabs of a browser share: when it changes in one, the others ask again.

const channel = 'BroadcastChannel' in window ? new BroadcastChannel(`canvas-sync-session${BASE_PATH}`) : null

export function tellSessionChanged(): void {
  channel?.postMessage('changed')
}

/** Returns how to stop. */
export function onSessionChanged(listener: () => void): () => void {
  channel?.addEventListener('message', listener)
  return () => channel?.removeEventListener('message', listener)
}
