import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { FreshnessRecord } from '../../../src/api/freshness/freshness.ts'
import { countText, durationText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { FreshnessMark } from './freshness-mark.tsx'
import { userFreshnessQuery } from './users-queries.ts'

/** How old what is known of each list is that syncs of a user have read. */
export function UserFreshness({ user_id }: { readonly user_id: string }): ReactNode {
  const query = useQuery(userFreshnessQuery(user_id))
  return (
    <Panel title="How fresh the data is">
      <Asked query={query}>
        {({ freshness, target_seconds, next_cursor, count }) =>
          freshness.length === 0 ? (
            <p className="empty">No list of Canvas was read for this user yet.</p>
          ) : (
            <>
              <FreshnessTable freshness={freshness} />
              <p className="hint">
                Stale after {durationText(target_seconds)} without a whole read.
                {next_cursor === null ? null : ` These are the ${countText(count)} stalest; there are more.`}
              </p>
            </>
          )
        }
      </Asked>
    </Panel>
  )
}

function FreshnessTable({ freshness }: { readonly freshness: readonly FreshnessRecord[] }): ReactNode {
  return (
    <div className="wide tall" role="group" aria-label="Freshness of each list" tabIndex={0}>
      <table className="user-freshness">
        <thead>
          <tr>
            <th scope="col">List</th>
            <th scope="col">Last whole read</th>
            <th scope="col" className="numeric">
              Rows
            </th>
            <th scope="col" className="numeric">
              Deletions held
            </th>
          </tr>
        </thead>
        <tbody>
          {freshness.map((record) => (
            <FreshnessRow key={`${record.source_id} ${record.entity} ${record.listed_by}`} record={record} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function FreshnessRow({ record }: { readonly record: FreshnessRecord }): ReactNode {
  const { entity, course_id, last_complete_at, verdict, row_count, deletions_held } = record
  return (
    <tr>
      <th scope="row">
        {entity.replaceAll('_', ' ')}
        {course_id === null ? '' : ` of course ${course_id}`}
      </th>
      <td>
        <FreshnessMark
          verdict={verdict}
          at_ms={last_complete_at === null ? null : Date.parse(last_complete_at)}
        />
      </td>
      <td className="numeric">{row_count === null ? '–' : countText(row_count)}</td>
      <td className="numeric">{countText(deletions_held)}</td>
    </tr>
  )
}
