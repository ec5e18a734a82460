import { useId, type FormEvent, type ReactNode } from 'react'
import type { ErrorGroupState } from '../../../src/core/error-group-state.ts'
import { countText } from '../parts/number-text.ts'
import {
  ERROR_SORTS,
  ERROR_TYPES,
  STATE_CHOICES,
  withValue,
  type ErrorFilters,
  type StateChoice,
} from './error-filters.ts'

interface ErrorFilterBarProps {
  readonly address: URLSearchParams
  readonly filters: ErrorFilters
  /** How many groups of each state; null while it is not known. */
  readonly states: Readonly<Record<ErrorGroupState, number>> | null
  readonly onChange: (address: URLSearchParams) => void
}

export function ErrorFilterBar({ address, filters, states, onChange }: ErrorFilterBarProps): ReactNode {
  const set = (name: string, value: string): void => {
    onChange(withValue(address, name, value.trim()))
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const text = new FormData(event.currentTarget).get('text')
    set('text', typeof text === 'string' ? text : '')
  }
  return (
    <form className="error-filters" onSubmit={submit} aria-label="Filters">
      <fieldset className="segments error-states">
        <legend className="visually-hidden">State</legend>
        {STATE_CHOICES.map((choice) => (
          <label key={choice.value}>
            <input
              type="radio"
              name="state"
              checked={choice === filters.state}
              onChange={() => {
                set('state', choice.value)
              }}
            />
            {choice.words} {states === null ? null : <span>{countText(countOf(choice, states))}</span>}
          </label>
        ))}
      </fieldset>
      <Choice
        name="error_type"
        words="Type"
        value={filters.error_type}
        choices={ERROR_TYPES}
        onChange={set}
      />
      <Choice name="sort" words="Order" value={filters.sort} choices={ERROR_SORTS} onChange={set} />
      <Search text={filters.text} />
    </form>
  )
}

function countOf({ states }: StateChoice, counts: Readonly<Record<ErrorGroupState, number>>): number {
  return Object.entries(counts).reduce(
    (sum, [state, count]) =>
      states === null || states.includes(state as ErrorGroupState) ? sum + count : sum,
    0,
  )
}

interface ChoiceProps {
  readonly name: string
  readonly words: string
  readonly value: string
  readonly choices: readonly { readonly value: string; readonly words: string }[]
  readonly onChange: (name: string, value: string) => void
}

function Choice({ name, words, value, choices, onChange }: ChoiceProps): ReactNode {
  const field = useId()
  return (
    <p className="field">
      <label htmlFor={field}>{words}</label>
      <select
        id={field}
        value={value}
        onChange={(event) => {
          onChange(name, event.currentTarget.value)
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.words}
          </option>
        ))}
      </select>
    </p>
  )
}

function Search({ text }: { readonly text: string }): ReactNode {
  const field = useId()
  return (
    <p className="field error-search">
      <label htmlFor={field}>In the message</label>
      {/* What is in the address replaces what was typed: back and forward show it, too. */}
      <input
        key={text}
        id={field}
        name="text"
        type="search"
        maxLength={500}
        defaultValue={text}
        placeholder="such as timeout, then Enter"
      />
    </p>
  )
}
