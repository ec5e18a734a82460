import type { ReactNode } from 'react'
import type { IncidentState } from '../../../src/core/incident.ts'
import { withValue } from '../parts/address-values.ts'
import { ChoiceSelect } from '../parts/choice-select.tsx'
import { SearchForm } from '../parts/search-form.tsx'
import { countOfStates, StateSwitch } from '../parts/state-switch.tsx'
import { RULE_CHOICES, SEVERITY_CHOICES, STATE_CHOICES, type IncidentFilters } from './incident-filters.ts'

interface IncidentFilterBarProps {
  readonly address: URLSearchParams
  readonly filters: IncidentFilters
  /** How many incidents of each state; null while it is not known. */
  readonly states: Readonly<Record<IncidentState, number>> | null
  readonly onChange: (address: URLSearchParams) => void
}

export function IncidentFilterBar(props: IncidentFilterBarProps): ReactNode {
  const { address, filters, states, onChange } = props
  const set = (name: string, value: string): void => {
    onChange(withValue(address, name, value))
  }
  return (
    <section className="filter-bar" aria-label="Filters">
      <SearchForm
        label="Id of the user"
        value={filters.user_id}
        placeholder="Find incidents of a user: the whole id"
        longest={255}
        onSearch={(text) => {
          set('user_id', text)
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
          label="Severity"
          choices={SEVERITY_CHOICES}
          value={filters.severity}
          onChoose={(severity) => {
            set('severity', severity)
          }}
        />
        <ChoiceSelect
          label="Rule"
          choices={RULE_CHOICES}
          value={filters.rule}
          onChoose={(rule) => {
            set('rule', rule)
          }}
        />
      </div>
    </section>
  )
}
