import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { IncidentRecord } from '../../../src/core/incident-record.ts'
import { DateTime } from '../parts/date-time.tsx'
import { FactList, type Fact } from '../parts/fact-list.tsx'
import { Panel } from '../parts/panel.tsx'
import { Ago } from '../parts/time-text.tsx'
import { userAddress } from '../users/user-address.ts'
import { countedText, usersText } from './incident-text.ts'
import { RULE_WORDS } from './incident-rule-words.ts'

export function IncidentFacts({ incident }: { readonly incident: IncidentRecord }): ReactNode {
  const facts = [...timesOf(incident), ...reachOf(incident), ...subjectOf(incident)]
  return (
    <Panel title="Facts">
      <FactList facts={facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))} />
    </Panel>
  )
}

/** Left out where there is nothing to say. */
type PerhapsFact = readonly [name: string, value: Fact[1] | null]

function timesOf(incident: IncidentRecord): readonly PerhapsFact[] {
  const { began_at, opened_at, last_seen_at, last_good_at, resolved_at } = incident
  return [
    ['Wrong since', <DateTime key="began" at={began_at} />],
    ['Found', <DateTime key="found" at={opened_at} />],
    ['Last good', last_good_at === null ? 'never seen' : <DateTime key="good" at={last_good_at} />],
    ['Last seen', <Ago key="seen" at_ms={Date.parse(last_seen_at)} />],
    ['Over since', resolved_at === null ? null : <DateTime key="over" at={resolved_at} />],
  ]
}

function reachOf(incident: IncidentRecord): readonly PerhapsFact[] {
  return [
    [
      'Touches',
      [countedText(incident), usersText(incident)].filter((text) => text !== null).join(', ') || null,
    ],
    ['Rule', RULE_WORDS[incident.rule]],
    [
      'Explained by',
      incident.parent_id === null ? null : (
        <Link key="parent" href={`/incidents/${incident.parent_id}`}>
          incident {incident.parent_id}
        </Link>
      ),
    ],
    [
      'Muted until',
      incident.muted_until === null ? null : <DateTime key="muted" at={incident.muted_until} />,
    ],
    ['Muted because', incident.mute_reason],
  ]
}

function subjectOf({ subject }: IncidentRecord): readonly PerhapsFact[] {
  const { host, sync_type, user_id, schedule, channel, error_type } = subject
  return [
    [
      'User',
      user_id === null ? null : (
        <Link key="user" href={userAddress(String(user_id))}>
          user {user_id}
        </Link>
      ),
    ],
    ['Type of sync', sync_type],
    ['Canvas', host],
    [
      'Schedule',
      schedule === null ? null : (
        <Link key="schedule" href={`/schedules?schedule=${encodeURIComponent(schedule)}`}>
          {schedule}
        </Link>
      ),
    ],
    [
      'Channel',
      channel === null ? null : (
        <Link key="channel" href={`/notifications?channel=${encodeURIComponent(channel)}`}>
          {channel}
        </Link>
      ),
    ],
    ['Error', error_type === null ? null : error_type.replaceAll('_', ' ')],
  ]
}
