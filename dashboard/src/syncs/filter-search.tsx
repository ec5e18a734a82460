import { useId, useRef, useState, type FormEvent, type KeyboardEvent, type ReactNode } from 'react'
import { readTokens, suggestionsFor, type SeenValues, type Suggestion } from './filter-tokens.ts'
import { SYNC_FILTERS } from './sync-filters.ts'

interface FilterSearchProps {
  readonly address: URLSearchParams
  readonly seen: SeenValues
  readonly onChange: (address: URLSearchParams) => void
}

const NAMES = SYNC_FILTERS.map(({ token }) => token).join(', ')

/** One field for all filters: `user:42 status:failed`, with what can follow in a list below. */
export function FilterSearch({ address, seen, onChange }: FilterSearchProps): ReactNode {
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const [problem, setProblem] = useState<string | null>(null)
  const suggestions = open ? suggestionsFor(text, seen) : []
  const active = suggestions[at]

  const change = (typed: string): void => {
    setText(typed)
    setOpen(true)
    setAt(-1)
    setProblem(null)
  }
  const search = (typed: string): void => {
    const read = readTokens(typed, address)
    const [unknown] = read.unknown
    setAt(-1)
    if (unknown !== undefined) {
      setProblem(`There is no filter “${unknown}”. There are ${NAMES}.`)
      return
    }
    setText('')
    setOpen(false)
    onChange(read.address)
  }
  const take = ({ text: taken, complete }: Suggestion): void => {
    if (complete) search(taken)
    else change(taken)
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key } = event
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      event.preventDefault()
      if (!open) setOpen(true)
      const count = suggestions.length
      if (count > 0) setAt(key === 'ArrowDown' ? (at + 1) % count : at <= 0 ? count - 1 : at - 1)
    } else if (key === 'Escape' && open) {
      event.preventDefault()
      setOpen(false)
      setAt(-1)
    } else if (key === 'Enter' && active !== undefined) {
      event.preventDefault()
      take(active)
    }
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() !== '') search(text)
  }
  return (
    <form
      role="search"
      className="filter-search"
      onSubmit={submit}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setOpen(false)
      }}
    >
      <label htmlFor={id} className="visually-hidden">
        Find syncs
      </label>
      <input
        ref={field}
        id={id}
        type="search"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        placeholder="Find syncs: user:42 status:failed, or words of the error"
        value={text}
        aria-expanded={suggestions.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active === undefined ? undefined : `${id}-${at}`}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={({ currentTarget }) => {
          change(currentTarget.value)
        }}
        onFocus={() => {
          setOpen(true)
        }}
        onClick={() => {
          setOpen(true)
        }}
        onKeyDown={onKeyDown}
      />
      <ul
        id={`${id}-list`}
        role="listbox"
        aria-label="What can be searched for"
        className="suggestions"
        hidden={suggestions.length === 0}
      >
        {suggestions.map((suggestion, index) => (
          // The keys are those of the field, which keeps the focus.
          <li
            key={suggestion.text}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            onPointerDown={(event) => {
              event.preventDefault()
              take(suggestion)
            }}
          >
            <code>{suggestion.token}</code> <span>{suggestion.words}</span>
          </li>
        ))}
      </ul>
      {problem === null ? null : (
        <p id={`${id}-problem`} className="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  )
}
