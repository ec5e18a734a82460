import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { IncidentRecord } from '../../../src/core/incident-record.ts'
import { DateTime } from '../parts/date-time.tsx'
import { Ago } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { IncidentStateMark, SeverityMark } from './incident-marks.tsx'
import { countedText, wordsIn } from './incident-text.ts'

export function IncidentList({ incidents }: { readonly incidents: readonly IncidentRecord[] }): ReactNode {
  return (
    <ul className="error-groups alert-rows">
      {incidents.map((incident) => (
        <IncidentRow key={incident.id} incident={incident} />
      ))}
    </ul>
  )
}

function IncidentRow({ incident }: { readonly incident: IncidentRecord }): ReactNode {
  const { title, whose, cause, next_step } = wordsIn(incident, useZone())
  const { severity, state, muted_until, resolved_at } = incident
  return (
    <li data-row="">
      <div className="error-what">
        <p className="error-marks">
          <SeverityMark severity={severity} />
          {state === 'open' ? null : <IncidentStateMark state={state} />}
          {muted_until === null || state !== 'muted' ? null : (
            <span className="quiet-text">
              until <DateTime at={muted_until} />
            </span>
          )}
        </p>
        <Link href={`/incidents/${incident.id}`} className="error-message">
          {title}
        </Link>
        {cause === null ? null : <p className="alert-cause">{cause}</p>}
        {resolved_at === null ? <p className="next-step">{next_step}</p> : null}
      </div>
      <p className="error-figure">
        {[whose, countedText(incident)].map((text) =>
          text === null ? null : (
            <span key={text} className="alert-line">
              {text}
            </span>
          ),
        )}
      </p>
      <Times incident={incident} />
    </li>
  )
}

function Times({ incident }: { readonly incident: IncidentRecord }): ReactNode {
  const { began_at, last_good_at, resolved_at } = incident
  return (
    <p className="error-times">
      <span>
        began <Ago at_ms={Date.parse(began_at)} />
      </span>
      {resolved_at === null ? (
        last_good_at === null ? null : (
          <span>
            last good <Ago at_ms={Date.parse(last_good_at)} />
          </span>
        )
      ) : (
        <span>
          over <Ago at_ms={Date.parse(resolved_at)} />
        </span>
      )}
    </p>
  )
}
