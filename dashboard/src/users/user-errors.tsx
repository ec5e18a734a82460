import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorGroupList } from '../errors/error-group-list.tsx'
import type { Period } from '../overview/period.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { userErrorsQuery } from './users-queries.ts'

interface UserErrorsProps {
  readonly user_id: string
  readonly period: Period
}

/** What syncs of a user ended with, those alike together. */
export function UserErrors({ user_id, period }: UserErrorsProps): ReactNode {
  const query = useQuery(userErrorsQuery(user_id, period.days))
  return (
    <Panel title={`Errors of the last ${period.words}`}>
      <Asked query={query}>
        {({ groups }) =>
          groups.length === 0 ? (
            <p className="empty">No sync of this user ended with an error in the last {period.words}.</p>
          ) : (
            <ErrorGroupList groups={groups} hrefOf={(id) => `/errors?group=${id}`} />
          )
        }
      </Asked>
    </Panel>
  )
}
