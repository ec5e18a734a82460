import { KeptChoice, useKept } from '../parts/kept-choice.ts'

export const THEMES = { system: 'As the system', light: 'Light', dark: 'Dark' } as const
export type Theme = keyof typeof THEMES

const choice = new KeptChoice<Theme>('canvas-sync-theme', (kept) =>
  kept === 'light' || kept === 'dark' ? kept : 'system',
)

function show(): void {
  document.documentElement.dataset['theme'] = choice.get()
}

// Before anything is drawn, so that nobody sees the other theme flash.
show()
choice.subscribe(show)

export const useTheme = (): Theme => useKept(choice)

export function chooseTheme(theme: Theme): void {
  choice.choose(theme)
}

/** To the one that is not seen now. */
export function switchTheme(): void {
  const is_dark =
    choice.get() === 'dark' ||
    (choice.get() === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  chooseTheme(is_dark ? 'light' : 'dark')
}
