import { useId, type FormEvent, type ReactNode } from 'react'

interface SearchFormProps {
  /** What is looked for, for who hears it. */
  readonly label: string
  /** What was asked for last. */
  readonly value: string
  readonly placeholder: string
  /** Characters. */
  readonly longest: number
  readonly onSearch: (text: string) => void
}

/** The field of a list for what is looked for in it; what is typed counts when it is entered. */
export function SearchForm({ label, value, placeholder, longest, onSearch }: SearchFormProps): ReactNode {
  const field = useId()
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const typed = new FormData(event.currentTarget).get('wanted')
    onSearch(typeof typed === 'string' ? typed.trim() : '')
  }
  return (
    <form role="search" className="filter-search" onSubmit={submit}>
      <label htmlFor={field} className="visually-hidden">
        {label}
      </label>
      {/* What is in the address replaces what was typed: back and forward show it, too. */}
      <input
        key={value}
        id={field}
        name="wanted"
        type="search"
        maxLength={longest}
        defaultValue={value}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        data-search=""
      />
    </form>
  )
}
