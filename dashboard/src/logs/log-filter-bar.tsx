import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { LOG_STREAMS } from '../../../src/core/log-event.ts'
import { FilterField } from './filter-field.tsx'
import {
  filterWords,
  LOG_FILTERS,
  MAIN_FILTERS,
  MORE_FILTERS,
  SINCE_TEXT,
  streamsOf,
  toggledStream,
  withValues,
} from './log-filters.ts'

interface LogFilterBarProps {
  readonly address: URLSearchParams
  readonly onChange: (address: URLSearchParams) => void
}

/** What is typed counts when it is entered, what is chosen at once. */
export function LogFilterBar({ address, onChange }: LogFilterBarProps): ReactNode {
  const more = useId()
  const [open, setOpen] = useState(false)
  const set = (name: string, value: string): void => {
    onChange(withValues(address, { [name]: value.trim() }))
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const values: Record<string, string> = {}
    for (const [name, value] of new FormData(event.currentTarget)) {
      if (typeof value === 'string') values[name] = value.trim()
    }
    const { wanted = '', ...others } = values
    const is_regex = address.has('regex')
    onChange(withValues(address, { ...others, text: is_regex ? '' : wanted, regex: is_regex ? wanted : '' }))
  }
  return (
    <form className="filter-bar" role="search" aria-label="Lines" onSubmit={submit}>
      <WantedText address={address} />
      <div className="chips">
        <button
          type="button"
          className="chip chip-all"
          aria-expanded={open}
          aria-controls={more}
          onClick={() => {
            setOpen(!open)
          }}
        >
          <span aria-hidden="true">{open ? '−' : '+'}</span> Add filter
        </button>
        <Chips address={address} onRemove={set} />
        <Ways address={address} onChange={onChange} />
      </div>
      <div className="log-filters-row">
        <Streams address={address} onChange={set} />
        {MAIN_FILTERS.map((filter) => (
          <FilterField
            key={filter.name}
            filter={filter}
            value={address.get(filter.name) ?? ''}
            onChange={set}
          />
        ))}
      </div>
      {open ? (
        <div id={more} className="panel filters" role="group" aria-label="All filters">
          {[...MORE_FILTERS, SINCE_TEXT].map((filter) => (
            <FilterField
              key={filter.words}
              filter={filter}
              value={address.get(filter.name) ?? ''}
              onChange={set}
            />
          ))}
        </div>
      ) : null}
      {/* Enter in a field needs one. */}
      <button type="submit" className="visually-hidden" tabIndex={-1}>
        Search
      </button>
    </form>
  )
}

/** What is looked for in the lines. */
function WantedText({ address }: Pick<LogFilterBarProps, 'address'>): ReactNode {
  const field = useId()
  const is_regex = address.has('regex')
  const wanted = address.get(is_regex ? 'regex' : 'text') ?? ''
  return (
    <div className="filter-search">
      <label htmlFor={field} className="visually-hidden">
        Look for
      </label>
      {/* What is in the address replaces what was typed: back and forward show it, too. */}
      <input
        key={wanted}
        id={field}
        name="wanted"
        type="search"
        defaultValue={wanted}
        placeholder={
          is_regex ? 'Find lines: an expression (RE2), such as status=5\\d\\d' : 'Find lines: a text in them'
        }
        spellCheck={false}
        autoComplete="off"
        data-search=""
      />
    </div>
  )
}

/** How it is looked for. */
function Ways({ address, onChange }: LogFilterBarProps): ReactNode {
  const wanted = address.get(address.has('regex') ? 'regex' : 'text') ?? ''
  const flag = (name: string, on: boolean): void => {
    onChange(withValues(address, { [name]: on ? 'true' : '' }))
  }
  return (
    <span className="log-ways">
      <label className="log-flag">
        <input
          type="checkbox"
          checked={address.has('regex')}
          onChange={({ currentTarget: { checked, form } }) => {
            const typed = form === null ? wanted : new FormData(form).get('wanted')
            const text = typeof typed === 'string' ? typed.trim() : wanted
            const next = withValues(address, { text: checked ? '' : text, regex: checked ? text : '' })
            if (checked && text === '') next.set('regex', '')
            onChange(next)
          }}
        />
        expression
      </label>
      <label className="log-flag">
        <input
          type="checkbox"
          checked={address.get('ignore_case') === 'true'}
          onChange={({ currentTarget }) => {
            flag('ignore_case', currentTarget.checked)
          }}
        />
        any case
      </label>
      <label className="log-flag">
        <input
          type="checkbox"
          checked={address.get('others') === 'true'}
          onChange={({ currentTarget }) => {
            flag('others', currentTarget.checked)
          }}
        />
        other lines too
      </label>
    </span>
  )
}

interface StreamsProps {
  readonly address: URLSearchParams
  readonly onChange: (name: string, value: string) => void
}

function Streams({ address, onChange }: StreamsProps): ReactNode {
  const streams = streamsOf(address)
  return (
    <fieldset className="choice log-streams">
      <legend>Streams</legend>
      {LOG_STREAMS.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={streams.includes(name)}
            onChange={() => {
              onChange('stream', toggledStream(streams, name))
            }}
          />
          {name.replaceAll('_', ' ')}
        </label>
      ))}
    </fieldset>
  )
}

interface ChipsProps {
  readonly address: URLSearchParams
  readonly onRemove: (name: string, value: '') => void
}

function Chips({ address, onRemove }: ChipsProps): ReactNode {
  const used = LOG_FILTERS.flatMap((filter) => {
    const value = address.get(filter.name) ?? ''
    return value === '' ? [] : [{ name: filter.name, words: filterWords(filter, value) }]
  })
  if (used.length === 0) return null
  return (
    <ul aria-label="Filters in use">
      {used.map(({ name, words }) => (
        <li key={name}>
          <button
            type="button"
            className="chip chip-used"
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
