import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SystemInfo } from '../../../src/api/system/system-schemas.ts'
import { spokenBytes } from '../../../src/core/number-text.ts'
import { durationText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { Ago, useNow } from '../parts/time-text.tsx'
import { Facts, type Fact } from './facts.tsx'

const LINKS = [
  ['/docs', 'the API, with every route'],
  ['/openapi.json', 'its description for programs'],
  ['/livez', 'whether the process answers'],
  ['/readyz', 'whether it can serve'],
] as const

/** Which program this is, and since when it runs. */
export function ServerPanel({ query }: { readonly query: UseQueryResult<SystemInfo> }): ReactNode {
  return (
    <Panel title="Server">
      <div className="facts-room">
        <Asked query={query}>{(system) => <Facts facts={factsOf(system)} />}</Asked>
      </div>
      <ul className="links">
        {LINKS.map(([address, words]) => (
          <li key={address}>
            <a href={address}>{address}</a> <span className="hint">{words}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function factsOf({ version, node_version, started_at, memory_bytes, admin }: SystemInfo): Fact[] {
  return [
    { name: 'Version', value: version },
    { name: 'Node.js', value: node_version.replace('v', '') },
    ...(started_at === null
      ? []
      : [{ name: 'Running for', value: <Uptime started_at_ms={Date.parse(started_at)} /> }]),
    { name: 'Memory', value: spokenBytes(memory_bytes) },
    ...(admin === null
      ? []
      : [
          { name: 'Host', value: admin.host },
          { name: 'Process', value: String(admin.pid) },
        ]),
  ]
}

function Uptime({ started_at_ms }: { readonly started_at_ms: number }): ReactNode {
  const seconds = Math.max(0, Math.floor((useNow() - started_at_ms) / 1000))
  const exact = new Date(started_at_ms).toISOString()
  return (
    <time dateTime={exact} title={`since ${exact}`}>
      {durationText(seconds)}
    </time>
  )
}

/** When something was, or that it never was. */
export function When({ at }: { readonly at: string | null }): ReactNode {
  return at === null ? 'never' : <Ago at_ms={Date.parse(at)} />
}
