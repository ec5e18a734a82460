import type { ReactNode } from 'react'

interface ChoiceSelectProps {
  /** What is chosen, for who hears it: the words of the choices say it to who sees them. */
  readonly label: string
  readonly choices: readonly { readonly value: string; readonly words: string }[]
  readonly value: string
  readonly onChoose: (value: string) => void
}

/** One of several, beside a list. */
export function ChoiceSelect({ label, choices, value, onChoose }: ChoiceSelectProps): ReactNode {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={({ currentTarget }) => {
        onChoose(currentTarget.value)
      }}
    >
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.words}
        </option>
      ))}
    </select>
  )
}
