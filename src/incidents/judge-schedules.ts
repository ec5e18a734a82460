import type { FoundIncident, JudgedMember } from '../store/incidents.ts'
import type { ScheduleStreak } from '../store/schedules.ts'
import { incidentSubject, keyOf } from './incident-keys.ts'
import { foundOf, type Judgement } from './judge-subject.ts'
import type { RuleSettings } from './rule-settings.ts'
import { late, missed, overrun } from './rules/schedules.ts'
import { isFinding, type Verdict } from './rules/verdict.ts'

const NOBODY: ReadonlySet<number> = new Set()

export const scheduleMember = (slug: string): string => JSON.stringify(['schedule', slug])

/**
 * Every rule about schedules.
 *
 * @param bad the members that are bad now: of a schedule that is paused or gone nothing is expected
 */
export function judgeSchedules(
  streaks: readonly ScheduleStreak[],
  bad: readonly JudgedMember[],
  settingsOf: (sync_type: string | null) => RuleSettings,
  now: number,
): Judgement {
  const found: FoundIncident[] = []
  const judged: JudgedMember[] = []
  const watched = new Set<string>()
  for (const streak of streaks) {
    const { slug, sync_type, user_id } = streak.schedule
    const member = scheduleMember(slug)
    watched.add(member)
    const settings = settingsOf(sync_type)
    const verdicts: readonly (readonly ['missed' | 'late' | 'duration', Verdict])[] = [
      ['missed', settings.missed.enabled ? missed(streak, settings.missed) : 'good'],
      ['late', settings.late.enabled ? late(streak, settings.late) : 'good'],
      ['duration', settings.duration.enabled ? overrun(streak, settings.duration, now) : 'good'],
    ]
    for (const [rule, verdict] of verdicts) {
      if (verdict === 'unknown') continue
      judged.push({ rule, member })
      if (!isFinding(verdict)) continue
      const subject = incidentSubject({ schedule: slug, sync_type, user_id })
      found.push(foundOf(rule, verdict, { key: keyOf(rule, 'schedule', slug), member, subject }, NOBODY))
    }
  }
  const gone = bad.filter(({ member }) => isSchedule(member) && !watched.has(member))
  return { found, judged: [...judged, ...gone.map(({ rule, member }) => ({ rule, member }))] }
}

const isSchedule = (member: string): boolean => member.startsWith('["schedule",')
