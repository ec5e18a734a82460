import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { compareFigures } from '../overview/compared-figures.ts'
import { FigureList } from '../overview/figures.tsx'
import type { Period } from '../overview/period.ts'
import { Failure } from '../parts/failure.tsx'
import { userSummaryQuery } from './users-queries.ts'

interface UserFiguresProps {
  readonly user_id: string
  readonly period: Period
}

/** The figures of a user in a period, beside those of the one before. */
export function UserFigures({ user_id, period }: UserFiguresProps): ReactNode {
  const now = useQuery(userSummaryQuery(user_id, period.days))
  const twice = useQuery(userSummaryQuery(user_id, 2 * period.days))
  const error = now.error ?? twice.error
  if (error !== null && (now.data === undefined || twice.data === undefined)) {
    return <Failure error={error} onRetry={() => void Promise.all([now.refetch(), twice.refetch()])} />
  }
  const figures =
    now.data === undefined || twice.data === undefined ? null : compareFigures(now.data, twice.data)
  return <FigureList figures={figures} period={period} />
}
