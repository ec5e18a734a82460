import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SystemInfo } from '../../../src/api/system/system-schemas.ts'
import { spokenBytes } from '../../../src/core/number-text.ts'
import { BASE_PATH } from '../parts/base-path.ts'
import { FactList, type Fact } from '../parts/fact-list.tsx'
import { durationText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { Ago, useNow } from '../parts/time-text.tsx'

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
        <Asked query={query}>{(system) => <FactList facts={factsOf(system)} />}</Asked>
      </div>
      <ul className="links">
        {LINKS.map(([address, words]) => (
          <li key={address}>
            <a href={`${BASE_PATH}${address}`}>{address}</a> <span className="hint">{words}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function factsOf({ version, node_version, started_at, memory_bytes, admin }: SystemInfo): Fact[] {
  const facts: readonly (readonly [name: string, value: ReactNode])[] = [
    ['Version', version],
    ['Node.js', node_version.replace('v', '')],
    [
      'Running for',
      started_at === null ? null : <Uptime key="uptime" started_at_ms={Date.parse(started_at)} />,
    ],
    ['Memory', spokenBytes(memory_bytes)],
    ['Host', admin?.host ?? null],
    ['Process', admin === null ? null : String(admin.pid)],
  ]
  return facts.filter(([, value]) => value !== null)
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
