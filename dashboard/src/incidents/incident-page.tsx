import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useParams } from 'wouter'
import type { IncidentDetailsRecord } from '../../../src/api/incidents/incident-list.ts'
import { NotFoundPage } from '../app/not-found-page.tsx'
import { isAbsent } from '../data/api-client.ts'
import { DateTime } from '../parts/date-time.tsx'
import { usePageTitle } from '../parts/page-title.ts'
import { Asked } from '../parts/panel.tsx'
import { Ago } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { IncidentActions } from './incident-actions.tsx'
import { IncidentFacts } from './incident-facts.tsx'
import { IncidentStateMark, SeverityMark } from './incident-marks.tsx'
import { incidentQuery } from './incident-queries.ts'
import { syncsAddress, wordsIn } from './incident-text.ts'
import { IncidentTimeline } from './incident-timeline.tsx'

/** One incident: what is wrong, whose data it is, and what to do. */
export function IncidentPage(): ReactNode {
  const { id = '' } = useParams()
  const details = useQuery(incidentQuery(id))
  const { data, error } = details
  usePageTitle(data === undefined ? null : `${data.incident.words.title} · Incident ${data.incident.id}`)
  if (data === undefined && isAbsent(error)) {
    return (
      <NotFoundPage
        title="There is no such incident"
        words="It may have been deleted with the old ones, or be about users whose data you may not see."
        back={{ path: '/incidents', words: 'All incidents' }}
      />
    )
  }
  return (
    <>
      <p>
        <Link href="/incidents">All incidents</Link>
      </p>
      <Asked query={details} lines={16}>
        {(shown) => <Details key={shown.incident.id} details={shown} />}
      </Asked>
    </>
  )
}

function Details({ details: { incident, history } }: { readonly details: IncidentDetailsRecord }): ReactNode {
  const { title, whose, cause, next_step } = wordsIn(incident, useZone())
  const { severity, state, muted_until, resolved_at, began_at, last_good_at, last_sync_id } = incident
  const syncs = syncsAddress(incident)
  return (
    <>
      <header className="sync-head">
        <div className="sync-title">
          <h1>{title}</h1>
          {resolved_at === null ? <SeverityMark severity={severity} /> : null}
          <IncidentStateMark state={state} />
          <span className="quiet-text">
            {state === 'muted' && muted_until !== null ? (
              <>
                until <DateTime at={muted_until} />
              </>
            ) : resolved_at === null ? (
              <>
                began <Ago at_ms={Date.parse(began_at)} />
              </>
            ) : (
              <>
                over <Ago at_ms={Date.parse(resolved_at)} />
              </>
            )}
          </span>
        </div>
        <p className="incident-told">
          <Told name="Whose data">{whose}</Told>
          <Told name="Last good">
            {last_good_at === null ? 'not known' : <Ago at_ms={Date.parse(last_good_at)} />}
          </Told>
          {cause === null ? null : <Told name="Probable cause">{cause}</Told>}
        </p>
        {resolved_at === null ? (
          <p className="to-do">
            <strong>What to do:</strong> <span className="next-step">{next_step}</span>
          </p>
        ) : null}
        <p className="error-links">
          {last_sync_id === null ? null : <Link href={`/syncs/${last_sync_id}`}>Its newest sync</Link>}
          {syncs === null ? null : <Link href={syncs}>All its syncs</Link>}
        </p>
        <IncidentActions incident={incident} />
      </header>
      <div className="columns">
        <IncidentTimeline history={history} />
        <IncidentFacts incident={incident} />
      </div>
    </>
  )
}

function Told({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <span>
      <span className="quiet-text">{name}:</span> {children}
    </span>
  )
}
