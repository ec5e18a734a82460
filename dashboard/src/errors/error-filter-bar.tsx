import type { ReactNode } from 'react'
import type { ErrorGroupState } from '../../../src/core/error-group-state.ts'
import { withValue } from '../parts/address-values.ts'
import { ChoiceSelect } from '../parts/choice-select.tsx'
import { countText } from '../parts/number-text.ts'
import { SearchForm } from '../parts/search-form.tsx'
import { ERROR_TYPES, STATE_CHOICES, type ErrorFilters, type StateChoice } from './error-filters.ts'

interface ErrorFilterBarProps {
  readonly address: URLSearchParams
  readonly filters: ErrorFilters
  /** How many groups of each state; null while it is not known. */
  readonly states: Readonly<Record<ErrorGroupState, number>> | null
  readonly onChange: (address: URLSearchParams) => void
}

export function ErrorFilterBar({ address, filters, states, onChange }: ErrorFilterBarProps): ReactNode {
  const set = (name: string, value: string): void => {
    onChange(withValue(address, name, value))
  }
  return (
    <section className="filter-bar" aria-label="Filters">
      <SearchForm
        label="In the message"
        value={filters.text}
        placeholder="Find errors: words of the message"
        longest={500}
        onSearch={(text) => {
          set('text', text)
        }}
      />
      <div className="chips">
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
        <ChoiceSelect
          label="Type"
          choices={ERROR_TYPES}
          value={filters.error_type}
          onChoose={(type) => {
            set('error_type', type)
          }}
        />
      </div>
    </section>
  )
}

function countOf({ states }: StateChoice, counts: Readonly<Record<ErrorGroupState, number>>): number {
  return Object.entries(counts).reduce(
    (sum, [state, count]) =>
      states === null || states.includes(state as ErrorGroupState) ? sum + count : sum,
    0,
  )
}
