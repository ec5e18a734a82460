import type { ReactNode } from 'react'
import { SearchForm } from '../parts/search-form.tsx'
import type { UserFilters } from './user-filters.ts'

interface UserFilterBarProps {
  readonly filters: UserFilters
  readonly onChange: (name: string, value: string) => void
}

export function UserFilterBar({ filters: { search, failing }, onChange }: UserFilterBarProps): ReactNode {
  return (
    <section className="filter-bar" aria-label="Filters">
      <SearchForm
        label="Id of the user"
        value={search}
        placeholder="Find users: an id, or a part of it"
        longest={255}
        onSearch={(text) => {
          onChange('search', text)
        }}
      />
      <div className="chips">
        <button
          type="button"
          className={failing ? 'chip chip-used' : 'chip'}
          aria-pressed={failing}
          onClick={() => {
            onChange('failing', failing ? '' : 'true')
          }}
        >
          {failing ? null : <span aria-hidden="true">+</span>} Only those in trouble{' '}
          {failing ? <span aria-hidden="true">×</span> : null}
        </button>
      </div>
    </section>
  )
}
