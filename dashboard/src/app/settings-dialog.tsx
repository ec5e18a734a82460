import type { ReactNode } from 'react'
import { Dialog } from '../parts/dialog.tsx'
import { LetterKeysChoice } from './letter-keys-choice.tsx'
import { chooseTheme, THEMES, useTheme, type Theme } from './theme.ts'
import { ZoneSwitch } from './zone-switch.tsx'

interface SettingsDialogProps {
  readonly onClose: () => void
  readonly onOver: (over: 'keys') => void
}

/** What this browser keeps for who sits before it. */
export function SettingsDialog({ onClose, onOver }: SettingsDialogProps): ReactNode {
  return (
    <Dialog title="Settings" onClose={onClose} className="dialog-narrow">
      <ZoneSwitch />
      <ThemeSwitch />
      <section className="setting" aria-label="Keyboard">
        <h3>Keyboard</h3>
        <LetterKeysChoice />
        <p>
          <button
            type="button"
            onClick={() => {
              onOver('keys')
            }}
          >
            Show all keys
          </button>
        </p>
      </section>
    </Dialog>
  )
}

function ThemeSwitch(): ReactNode {
  const theme = useTheme()
  return (
    <fieldset className="setting segments">
      <legend>Theme</legend>
      {Object.entries(THEMES).map(([name, words]) => (
        <label key={name}>
          <input
            type="radio"
            name="theme"
            checked={theme === name}
            onChange={() => {
              chooseTheme(name as Theme)
            }}
          />
          {words}
        </label>
      ))}
    </fieldset>
  )
}
