import { useEffect } from 'react'

const SITE = 'Canvas syncs'

/**
 * What the window and the history call the page; without it, the name of the page in the navigation.
 *
 * @param title null as long as it is not known
 */
export function usePageTitle(title: string | null): void {
  useEffect(() => {
    if (title !== null) document.title = `${title} · ${SITE}`
  }, [title])
}
