import { useId, type FormEvent, type ReactNode } from 'react'
import { USER_ORDERS, USER_PERIODS, type UserFilters } from './user-filters.ts'

interface UserFilterBarProps {
  readonly filters: UserFilters
  readonly onChange: (name: string, value: string) => void
}

export function UserFilterBar({ filters, onChange }: UserFilterBarProps): ReactNode {
  const search = useId()
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const typed = new FormData(event.currentTarget).get('search')
    onChange('search', typeof typed === 'string' ? typed.trim() : '')
  }
  return (
    <form className="user-filters" role="search" aria-label="Users" onSubmit={submit}>
      <p className="field">
        <label htmlFor={search}>Id of the user</label>
        {/* What is in the address replaces what was typed: back and forward show it, too. */}
        <input
          key={filters.search}
          id={search}
          name="search"
          type="search"
          maxLength={255}
          defaultValue={filters.search}
          placeholder="all or a part of it"
        />
      </p>
      <Choice name="sort" words="Order" choices={USER_ORDERS} value={filters.sort} onChange={onChange} />
      <Choice
        name="days"
        words="Success rate of"
        choices={USER_PERIODS}
        value={filters.days}
        onChange={onChange}
      />
      <label className="user-failing">
        <input
          type="checkbox"
          checked={filters.failing}
          onChange={(event) => {
            onChange('failing', event.currentTarget.checked ? 'true' : '')
          }}
        />
        only those in trouble
      </label>
      <button type="submit" className="visually-hidden" tabIndex={-1}>
        Search
      </button>
    </form>
  )
}

interface ChoiceProps extends Pick<UserFilterBarProps, 'onChange'> {
  readonly name: string
  readonly words: string
  readonly choices: readonly { readonly value: string; readonly words: string }[]
  readonly value: string
}

function Choice({ name, words, choices, value, onChange }: ChoiceProps): ReactNode {
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
