import type { Key } from '../parts/keys.ts'
import { ROW_KEYS } from '../parts/row-keys.ts'
import { PLACES } from './places.ts'
import { switchTheme } from './theme.ts'

/** In the order of what somebody who wants to find something means with it. */
const SEARCHES = [
  '[data-search]',
  'input[type="search"]',
  'input:not([type="radio"], [type="checkbox"])',
  'select',
]

function focusSearch(): void {
  const fields = SEARCHES.flatMap((form) => [...document.querySelectorAll<HTMLElement>(`main ${form}`)])
  const field = fields.find((each) => each.checkVisibility())
  field?.focus()
  if (field instanceof HTMLInputElement) field.select()
}

/** The keys that count on every page. */
export function everywhereKeys(onOver: (over: 'palette' | 'keys') => void): readonly Key[] {
  return [
    {
      keys: 'Mod+k',
      words: 'All commands',
      run: () => {
        onOver('palette')
      },
    },
    {
      keys: '?',
      words: 'These keys',
      run: () => {
        onOver('keys')
      },
    },
    { keys: '/', words: 'To the search or first filter', run: focusSearch },
    ...ROW_KEYS,
    { keys: 't', words: 'Light or dark', run: switchTheme },
  ]
}

/** Those that lead to a page. */
export function placeKeys(navigate: (path: string) => void): readonly Key[] {
  return PLACES.map(({ path, name, letter }) => ({
    keys: `g ${letter}`,
    words: `Go to ${name}`,
    run: () => {
      navigate(path)
    },
  }))
}
