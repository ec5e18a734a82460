import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SyncSteps } from '../../../src/api/syncs/steps/step-schemas.ts'
import { Failure } from '../parts/failure.tsx'
import { useZone } from '../parts/time-zone.ts'
import { missingSentence } from './missing-sentence.ts'

/** What the log lines do not tell, or why they could not be asked. */
export function MissingLines({ steps }: { readonly steps: UseQueryResult<SyncSteps> }): ReactNode {
  const zone = useZone()
  if (steps.error !== null) return <Failure error={steps.error} onRetry={() => void steps.refetch()} />
  const sentence = steps.data === undefined ? null : missingSentence(steps.data, zone)
  return sentence === null ? null : <p className="outdated">{sentence}</p>
}
