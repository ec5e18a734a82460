import { useId, useState, type ReactNode } from 'react'
import { useZone } from '../parts/time-zone.ts'
import { FilterFields } from './filter-fields.tsx'
import { FilterSearch } from './filter-search.tsx'
import type { SeenValues } from './filter-tokens.ts'
import { filterWords, QUICK_FILTERS, usedFilters, withFilter, withoutFilters } from './sync-filters.ts'

interface FilterBarProps {
  readonly address: URLSearchParams
  /** Values that can be suggested, because the list shows them. */
  readonly seen: SeenValues
  readonly onChange: (address: URLSearchParams) => void
}

/** What is searched for, in one line, and below it in chips; the fields of all filters are behind a button. */
export function FilterBar({ address, seen, onChange }: FilterBarProps): ReactNode {
  const fields = useId()
  const [open, setOpen] = useState(false)
  return (
    <section className="filter-bar" aria-label="Filters">
      <FilterSearch address={address} seen={seen} onChange={onChange} />
      <div className="chips">
        <button
          type="button"
          className="chip chip-all"
          aria-expanded={open}
          aria-controls={fields}
          onClick={() => {
            setOpen(!open)
          }}
        >
          <span aria-hidden="true">{open ? '−' : '+'}</span> Add filter
        </button>
        <Chips address={address} onChange={onChange} />
      </div>
      {open ? <FilterFields id={fields} address={address} seen={seen} onChange={onChange} /> : null}
    </section>
  )
}

interface ChipsProps {
  readonly address: URLSearchParams
  readonly onChange: (address: URLSearchParams) => void
}

function Chips({ address, onChange }: ChipsProps): ReactNode {
  const zone = useZone()
  const used = usedFilters(address)
  const quick = QUICK_FILTERS.filter(({ name }) => !address.has(name))
  return (
    <>
      {used.length === 0 ? null : (
        <ul aria-label="Filters in use">
          {used.map(({ filter, value }) => {
            const words = filterWords(filter, value, zone)
            return (
              <li key={filter.name}>
                <button
                  type="button"
                  className="chip chip-used"
                  aria-label={`Remove the filter ${words}`}
                  onClick={() => {
                    onChange(withFilter(address, filter.name, ''))
                  }}
                >
                  {words} <span aria-hidden="true">×</span>
                </button>
              </li>
            )
          })}
        </ul>
      )}
      <ul aria-label="Filters that many use">
        {quick.map(({ name, value, words }) => (
          <li key={words}>
            <button
              type="button"
              className="chip"
              onClick={() => {
                onChange(withFilter(address, name, value))
              }}
            >
              <span aria-hidden="true">+</span> {words}
            </button>
          </li>
        ))}
      </ul>
      {used.length < 2 ? null : (
        <button
          type="button"
          className="bare"
          onClick={() => {
            onChange(withoutFilters(address))
          }}
        >
          Clear all
        </button>
      )}
    </>
  )
}
