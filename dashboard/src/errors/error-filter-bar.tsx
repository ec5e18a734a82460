import type { ReactNode } from 'react'
import type { ErrorGroupState } from '../../../src/core/error-group-state.ts'
import { withValue } from '../parts/address-values.ts'
import { ChoiceSelect } from '../parts/choice-select.tsx'
import { SearchForm } from '../parts/search-form.tsx'
import { countOfStates, StateSwitch } from '../parts/state-switch.tsx'
import { ERROR_TYPES, STATE_CHOICES, type ErrorFilters } from './error-filters.ts'

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
        <StateSwitch
          choices={STATE_CHOICES}
          chosen={filters.state}
          countOf={(choice) => countOfStates(states, choice.states)}
          onChoose={(state) => {
            set('state', state)
          }}
        />
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
