import { useEffect, useId, useState, type ReactNode } from 'react'

const THEMES = { system: 'As the system', light: 'Light', dark: 'Dark' } as const
type Theme = keyof typeof THEMES

const KEY = 'canvas-sync-theme'

function themeOfBefore(): Theme {
  const kept = localStorage.getItem(KEY)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

export function ThemeSwitch(): ReactNode {
  const [theme, setTheme] = useState(themeOfBefore)
  const field = useId()
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
    localStorage.setItem(KEY, theme)
  }, [theme])
  return (
    <span className="theme-switch">
      <label htmlFor={field}>Theme</label>
      <select
        id={field}
        value={theme}
        onChange={(event) => {
          setTheme(event.currentTarget.value as Theme)
        }}
      >
        {Object.entries(THEMES).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </span>
  )
}
