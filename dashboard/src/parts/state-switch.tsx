import type { ReactNode } from 'react'
import { countText } from './number-text.ts'

interface StateChoice {
  readonly value: string
  readonly words: string
}

interface StateSwitchProps<Choice extends StateChoice> {
  readonly choices: readonly Choice[]
  readonly chosen: Choice
  /** How many rows there are of a choice; null while it is not known. */
  readonly countOf: (choice: Choice) => number | null
  readonly onChoose: (value: string) => void
}

/** Which rows of a list: one of few choices, each with its count. */
export function StateSwitch<Choice extends StateChoice>(props: StateSwitchProps<Choice>): ReactNode {
  const { choices, chosen, countOf, onChoose } = props
  return (
    <fieldset className="segments state-switch">
      <legend className="visually-hidden">State</legend>
      {choices.map((choice) => {
        const count = countOf(choice)
        return (
          <label key={choice.value}>
            <input
              type="radio"
              name="state"
              checked={choice === chosen}
              onChange={() => {
                onChoose(choice.value)
              }}
            />
            {choice.words} {count === null ? null : <span>{countText(count)}</span>}
          </label>
        )
      })}
    </fieldset>
  )
}

/** Adds up the counts of some states, or of all. */
export function countOfStates<State extends string>(
  counts: Readonly<Record<State, number>> | null,
  states: readonly State[] | null,
): number | null {
  if (counts === null) return null
  const all = Object.entries(counts) as [State, number][]
  return all.reduce(
    (sum, [state, count]) => (states === null || states.includes(state) ? sum + count : sum),
    0,
  )
}
