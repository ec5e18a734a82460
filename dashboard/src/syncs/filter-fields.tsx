import { useId, type FormEvent, type ReactNode } from 'react'
import { useZone } from '../parts/time-zone.ts'
import { momentOfField, fieldOfMoment } from './moment-field.ts'
import { SYNC_FILTERS, withFilter, type SyncFilter } from './sync-filters.ts'
import type { SeenValues } from './filter-tokens.ts'

interface FilterFieldsProps {
  readonly id: string
  readonly address: URLSearchParams
  readonly seen: SeenValues
  readonly onChange: (address: URLSearchParams) => void
}

/** Every filter with a field of its own. */
export function FilterFields({ id, address, seen, onChange }: FilterFieldsProps): ReactNode {
  const set = (name: string, value: string): void => {
    if (value !== (address.get(name) ?? '')) onChange(withFilter(address, name, value))
  }
  // What is typed counts when it is entered or left; all of it at once, so that nothing is lost.
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    let changed = address
    for (const [name, value] of new FormData(event.currentTarget)) {
      if (typeof value === 'string') changed = withFilter(changed, name, value.trim())
    }
    onChange(changed)
  }
  return (
    <form id={id} className="panel filters" aria-label="All filters" onSubmit={submit}>
      {SYNC_FILTERS.map((filter) => (
        <Field
          key={filter.name}
          filter={filter}
          value={address.get(filter.name) ?? ''}
          seen={seen[filter.name] ?? []}
          onChange={(value) => {
            set(filter.name, value)
          }}
        />
      ))}
      {/* Enter in a field needs one. */}
      <button type="submit" className="visually-hidden" tabIndex={-1}>
        Apply
      </button>
    </form>
  )
}

interface FieldProps {
  readonly filter: SyncFilter
  readonly value: string
  readonly seen: readonly string[]
  readonly onChange: (value: string) => void
}

function Field(props: FieldProps): ReactNode {
  const { kind } = props.filter
  if (kind === 'several') return <Several {...props} />
  if (kind === 'one') return <One {...props} />
  return kind === 'moment' ? <Moment {...props} /> : <TextField {...props} />
}

function Several({ filter, value, onChange }: FieldProps): ReactNode {
  const chosen = value === '' ? [] : value.split(',')
  return (
    <fieldset className="choice filter-several">
      <legend>{filter.words}</legend>
      {filter.choices.map((choice) => (
        <label key={choice.value}>
          <input
            type="checkbox"
            checked={chosen.includes(choice.value)}
            onChange={({ currentTarget }) => {
              const others = chosen.filter((each) => each !== choice.value)
              onChange((currentTarget.checked ? [...others, choice.value] : others).join(','))
            }}
          />
          {choice.words}
        </label>
      ))}
    </fieldset>
  )
}

function One({ filter, value, onChange }: FieldProps): ReactNode {
  const field = useId()
  const { name, words, choices } = filter
  const is_known = value === '' || choices.some((choice) => choice.value === value)
  return (
    <p className="field">
      <label htmlFor={field}>{words}</label>
      <select
        id={field}
        name={name}
        value={value}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value)
        }}
      >
        <option value="">any</option>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.words}
          </option>
        ))}
        {is_known ? null : <option value={value}>{value}</option>}
      </select>
    </p>
  )
}

function TextField({ filter, value, seen, onChange }: FieldProps): ReactNode {
  const field = useId()
  const { name, words, choices, hint } = filter
  const suggested = [...choices, ...seen.map((each) => ({ value: each, words: each }))]
  return (
    <p className="field">
      <label htmlFor={field}>{words}</label>
      {/* What is in the address replaces what was typed: back and forward show it, too. */}
      <input
        key={value}
        id={field}
        name={name}
        defaultValue={value}
        placeholder={`such as ${hint}`}
        list={`${field}-list`}
        autoComplete="off"
        onBlur={({ currentTarget }) => {
          onChange(currentTarget.value.trim())
        }}
      />
      <datalist id={`${field}-list`}>
        {suggested.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.words}
          </option>
        ))}
      </datalist>
    </p>
  )
}

/** A moment in the chosen zone; or how long before now, which a link means anew each time. */
function Moment({ filter: { name, words, choices }, value, onChange }: FieldProps): ReactNode {
  const field = useId()
  const zone = useZone()
  const exact = fieldOfMoment(value, zone)
  return (
    <div className="field filter-moment">
      <label htmlFor={field}>{words}</label>
      <input
        key={exact}
        id={field}
        type="datetime-local"
        defaultValue={exact}
        title={`In ${zone}`}
        onBlur={({ currentTarget }) => {
          if (currentTarget.value !== exact) onChange(momentOfField(currentTarget.value, zone))
        }}
      />
      {choices.length === 0 ? null : (
        <select
          aria-label={`${words}, before now`}
          value={choices.some((choice) => choice.value === value) ? value : ''}
          onChange={({ currentTarget }) => {
            onChange(currentTarget.value)
          }}
        >
          <option value="">{exact === '' ? (value === '' ? 'any time' : value) : 'from then on'}</option>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.words}
            </option>
          ))}
        </select>
      )}
      {/* For Enter in another field: this one stays as it is. */}
      <input type="hidden" name={name} value={value} />
    </div>
  )
}
