import { useEffect } from 'react'

const SITE = 'Canvas syncs'

let page: string | null = null
let warning: string | null = null

function write(): void {
  document.title = [warning, page, SITE].filter((part) => part !== null).join(' · ')
}

/**
 * What the window and the history call the page; without it, the name of the page in the navigation.
 *
 * @param title null as long as it is not known
 */
export function usePageTitle(title: string | null): void {
  useEffect(() => {
    if (title === null) return
    page = title
    write()
  }, [title])
}

/** What is to be known of a page that is not looked at, before its title; null for nothing. For one component only. */
export function useTitleWarning(words: string | null): void {
  useEffect(() => {
    warning = words
    write()
    return () => {
      warning = null
    }
  }, [words])
}
