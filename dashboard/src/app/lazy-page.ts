import { createElement, lazy, useState, type ComponentType, type ReactNode } from 'react'
import { BASE_PATH } from '../parts/base-path.ts'

const RELOADED = 'canvas-sync-reloaded-at'
/** Twice within so long is no upgrade but a fault. */
const ONCE_WITHIN_MS = 60_000

export type LazyPage<P> = ((props: P) => ReactNode) & {
  /** Fetches its script, which is then there when the page is opened. */
  readonly preload: () => void
}

/** A page whose script comes when it is opened. */
export function lazyPage<P extends object = object>(load: () => Promise<ComponentType<P>>): LazyPage<P> {
  let coming: Promise<{ default: ComponentType<P> }> | null = null
  let loaded: ComponentType<P> | null = null
  const loadOnce = (): Promise<{ default: ComponentType<P> }> =>
    (coming ??= loadPage(load).then((page) => {
      loaded = page.default
      return page
    }))
  const Waited = lazy(loadOnce) as ComponentType<P>
  // React shows what it waits for no sooner than 300 ms after it has said that it waits: what is there is not waited for.
  const Page = (props: P): ReactNode => {
    const [shown] = useState<{ readonly page: ComponentType<P> }>(() => ({ page: loaded ?? Waited }))
    return createElement(shown.page, props)
  }
  return Object.assign(Page, {
    preload: () => {
      // Whoever opens the page is told what became of it.
      loadOnce().catch(() => {})
    },
  })
}

async function loadPage<P>(load: () => Promise<ComponentType<P>>): Promise<{ default: ComponentType<P> }> {
  try {
    return { default: await load() }
  } catch (error) {
    // Nothing is drawn until the browser has left.
    if (await reloadForNewVersion()) return await new Promise(() => {})
    throw error
  }
}

/** After an upgrade the server has other scripts than this page knows. Returns whether the page is loaded again. */
async function reloadForNewVersion(): Promise<boolean> {
  const before = Number(sessionStorage.getItem(RELOADED) ?? 0)
  if (Date.now() - before < ONCE_WITHIN_MS || !(await isOtherVersion())) return false
  sessionStorage.setItem(RELOADED, String(Date.now()))
  location.reload()
  return true
}

/** Whether the server's page begins with another script. While the server is away, reloading would only lose the page. */
async function isOtherVersion(): Promise<boolean> {
  const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]')
  if (script === null) return false
  try {
    const answer = await fetch(`${BASE_PATH}/`, { cache: 'no-store' })
    return answer.ok && !(await answer.text()).includes(new URL(script.src).pathname)
  } catch {
    return false
  }
}
