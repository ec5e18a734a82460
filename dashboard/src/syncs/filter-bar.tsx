import { useId, type FormEvent, type ReactNode } from 'react'
import { filterWords, SYNC_FILTERS, withFilter, type SyncFilter } from './sync-filters.ts'

interface FilterBarProps {
  readonly address: URLSearchParams
  readonly onChange: (address: URLSearchParams) => void
}

export function FilterBar({ address, onChange }: FilterBarProps): ReactNode {
  const set = (name: string, value: string): void => {
    onChange(withFilter(address, name, value.trim()))
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    let changed = address
    for (const [name, value] of new FormData(event.currentTarget)) {
      if (typeof value === 'string') changed = withFilter(changed, name, value.trim())
    }
    onChange(changed)
  }
  return (
    <form className="panel filters" onSubmit={submit} aria-label="Filters">
      {SYNC_FILTERS.map((filter) => (
        <Field key={filter.name} filter={filter} value={address.get(filter.name) ?? ''} onChange={set} />
      ))}
      <button type="submit">Apply</button>
      <Chips address={address} onRemove={set} />
    </form>
  )
}

interface FieldProps {
  readonly filter: SyncFilter
  readonly value: string
  readonly onChange: (name: string, value: string) => void
}

function Field({ filter: { name, words, choices, hint }, value, onChange }: FieldProps): ReactNode {
  const field = useId()
  return (
    <p className="field">
      <label htmlFor={field}>{words}</label>
      {choices === undefined ? (
        // What is in the address replaces what was typed: back and forward show it, too.
        <input
          key={value}
          id={field}
          name={name}
          defaultValue={value}
          placeholder={`such as ${hint ?? ''}`}
        />
      ) : (
        <select
          id={field}
          name={name}
          value={value}
          onChange={(event) => {
            onChange(name, event.currentTarget.value)
          }}
        >
          <option value="">{name === 'sort' ? 'newest first' : 'any'}</option>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.words}
            </option>
          ))}
          {value === '' || choices.some((choice) => choice.value === value) ? null : (
            <option value={value}>{value}</option>
          )}
        </select>
      )}
    </p>
  )
}

interface ChipsProps {
  readonly address: URLSearchParams
  readonly onRemove: (name: string, value: '') => void
}

function Chips({ address, onRemove }: ChipsProps): ReactNode {
  const used = SYNC_FILTERS.flatMap((filter) => {
    const value = address.get(filter.name) ?? ''
    return value === '' ? [] : [{ name: filter.name, words: filterWords(filter, value) }]
  })
  if (used.length === 0) return null
  return (
    <ul className="chips" aria-label="Filters in use">
      {used.map(({ name, words }) => (
        <li key={name}>
          <button
            type="button"
            className="chip"
            aria-label={`Remove the filter ${words}`}
            onClick={() => {
              onRemove(name, '')
            }}
          >
            {words} <span aria-hidden="true">×</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
