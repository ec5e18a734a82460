import { useId, type ReactNode } from 'react'
import type { LogFilter } from './log-filters.ts'

interface FilterFieldProps {
  readonly filter: LogFilter
  readonly value: string
  readonly onChange: (name: string, value: string) => void
}

/** A choice counts at once; a text when it is entered, with the form it stands in. */
export function FilterField({ filter, value, onChange }: FilterFieldProps): ReactNode {
  const field = useId()
  const { name, words, choices, hint } = filter
  const is_other = value !== '' && choices?.every((choice) => choice.value !== value) === true
  return (
    <p className="field">
      <label htmlFor={field}>{words}</label>
      {choices === undefined ? (
        <input
          key={value}
          id={field}
          name={name}
          defaultValue={value}
          placeholder={`such as ${hint ?? ''}`}
          spellCheck={false}
          autoComplete="off"
        />
      ) : (
        <select
          id={field}
          value={value}
          onChange={(event) => {
            onChange(name, event.currentTarget.value)
          }}
        >
          <option value="">{name === 'since' ? 'the beginning' : 'any'}</option>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.words}
            </option>
          ))}
          {is_other ? <option value={value}>{value}</option> : null}
        </select>
      )}
    </p>
  )
}
