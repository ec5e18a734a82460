import { z } from 'zod'
import { maySee, type Caller } from '../../core/access.ts'
import type { WatchedSchedule } from '../../store/schedules.ts'
import { ok, problem, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { DECLARED_BY_CONFIG } from './declare.ts'
import {
  comingDues,
  toDueRunRecord,
  toScheduleRecord,
  type ScheduleDetails,
  type ScheduleList,
  type ScheduleRecord,
} from '../../schedules/schedule-records.ts'

const COMING = 5
/** Each of them is a question of its own to the database. */
const MOST_WITH_RUNS = 200

export interface ScheduleRemoved {
  readonly slug: string
  readonly removed: true
}

export const scheduleRemovedSchema: z.ZodType<ScheduleRemoved> = z
  .object({ slug: z.string().meta({ examples: ['nightly'] }), removed: z.literal(true) })
  .meta({ title: 'ScheduleRemoved' })

const noSuchSchedule = (): Answer => problem(404, 'There is no such schedule.')

/** A caller who may see some users only sees the schedules that name one of them. */
export async function getSchedules(
  { runs }: { readonly runs: number },
  { store, clock }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  const schedules = await store.schedules.list(caller.users ?? undefined)
  const shown = runs === 0 ? [] : schedules.slice(0, MOST_WITH_RUNS)
  const due_runs = await Promise.all(
    shown.map(async ({ id, slug }) => [slug, await store.schedules.listDueRuns(id, runs)] as const),
  )
  for (const seen of caller.users ?? []) audit.viewed(seen)
  const now = clock.now()
  const list: ScheduleList = {
    count: schedules.length,
    schedules: schedules.map((schedule) => toScheduleRecord(schedule, now)),
    due_runs: Object.fromEntries(due_runs.map(([slug, each]) => [slug, each.map(toDueRunRecord)])),
  }
  return ok(list)
}

export async function getSchedule(
  { slug, limit }: { readonly slug: string; readonly limit: number },
  { store, clock }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  const schedule = await store.schedules.find(slug)
  if (schedule === null || !isVisible(schedule, caller)) return noSuchSchedule()
  if (schedule.user_id !== null) audit.viewed(schedule.user_id)
  const now = clock.now()
  const runs = await store.schedules.listDueRuns(schedule.id, limit)
  const details: ScheduleDetails = {
    schedule: toScheduleRecord(schedule, now),
    next_due_at: comingDues(schedule, now, COMING),
    due_runs: runs.map(toDueRunRecord),
  }
  return ok(details)
}

function isVisible({ user_id }: WatchedSchedule, caller: Caller): boolean {
  return maySee(caller, user_id)
}

export async function deleteSchedule(
  { slug }: { readonly slug: string },
  { store }: ApiServices,
  { audit }: RequestFacts,
): Promise<Answer> {
  const removed = await store.schedules.remove(slug, audit.entry('schedule_removed', { target: slug }))
  if (removed === null) return noSuchSchedule()
  if (removed === 'declared') return problem(409, DECLARED_BY_CONFIG)
  const answer: ScheduleRemoved = { slug, removed: true }
  return ok(answer)
}

type Change = (
  input: { readonly slug: string },
  services: ApiServices,
  request: RequestFacts,
) => Promise<Answer>

export const pausing =
  (paused: boolean): Change =>
  async ({ slug }, { store, clock }, { audit }) => {
    const now = clock.now()
    const entry = audit.entry(paused ? 'schedule_paused' : 'schedule_resumed', { target: slug })
    const schedule = await store.schedules.setPaused(slug, paused, now, entry)
    if (schedule === null) return noSuchSchedule()
    const record: ScheduleRecord = toScheduleRecord(schedule, now)
    return ok(record)
  }
