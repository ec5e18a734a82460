import type { JsonObject } from '../json.ts'
import { daysBefore, isoTime } from '../university/calendar.ts'
import type { AccountRecord, SectionRecord, TermRecord } from '../university/records.ts'
import { allStudents } from '../university/roster.ts'
import type { CourseContent } from '../university/records.ts'
import type { View } from './view.ts'

export function accountJson(view: View, account: AccountRecord): JsonObject {
  const { world } = view
  return {
    id: world.id(account.local_id),
    name: account.name,
    workflow_state: 'active',
    parent_account_id: account.parent_local_id === null ? null : world.id(account.parent_local_id),
    root_account_id: account.parent_local_id === null ? null : world.id(1),
    uuid: `account-${account.local_id.toString(36).padStart(8, '0')}`,
    default_storage_quota_mb: 500,
    default_user_storage_quota_mb: 50,
    default_group_storage_quota_mb: 50,
    default_time_zone: 'America/Denver',
    course_template_id: null,
    sis_account_id: `ACC${account.local_id}`,
    integration_id: null,
    sis_import_id: null,
  }
}

export function termJson(view: View, term: TermRecord): JsonObject {
  const json: JsonObject = {
    id: view.world.id(term.local_id),
    name: term.name,
    start_at: isoTime(term.start_ms),
    end_at: isoTime(term.end_ms),
    created_at: isoTime(term.created_ms),
    workflow_state: 'active',
    grading_period_group_id: null,
  }
  if (view.viewer.is_admin) {
    json['sis_term_id'] = `TERM${term.local_id}`
    json['sis_import_id'] = null
  }
  return json
}

export function sectionJson(view: View, content: CourseContent, section: SectionRecord): JsonObject {
  const { world } = view
  const json: JsonObject = {
    id: world.id(section.local_id),
    course_id: world.id(content.course.local_id),
    name: section.name,
    start_at: null,
    end_at: null,
    created_at: isoTime(section.created_ms),
    restrict_enrollments_to_section_dates: null,
    nonxlist_course_id: null,
  }
  if (view.viewer.is_admin) {
    json['sis_section_id'] = `SEC${section.local_id}`
    json['sis_course_id'] = `C${content.course.local_id}`
    json['integration_id'] = null
    json['sis_import_id'] = null
  }
  if (view.includes('total_students')) {
    const students = allStudents(content)
    json['total_students'] = content.enrollments.filter(
      (enrollment) =>
        enrollment.section_local_id === section.local_id && students.has(enrollment.user_local_id),
    ).length
  }
  return json
}

/** Two halves of the current term. Canvas answers these in the JSON-API manner, paged in `meta`. */
export function gradingPeriods(view: View): JsonObject[] {
  const { world } = view
  return [1, 2].map((local_id) => ({
    id: world.id(local_id),
    title: `Grading period ${local_id}`,
    start_date: isoTime(daysBefore(world.anchor_ms, local_id === 1 ? 90 : 25)),
    end_date: isoTime(daysBefore(world.anchor_ms, local_id === 1 ? 25 : -40)),
    close_date: isoTime(daysBefore(world.anchor_ms, local_id === 1 ? 25 : -40)),
    weight: 50,
    is_last: local_id === 2,
    is_closed: local_id === 1,
  }))
}

export const GRADING_PERIOD_LOCAL_IDS: readonly number[] = [1, 2]

export function gradingPeriodLocalIdAt(anchor_ms: number, due_ms: number | null): number {
  return due_ms !== null && due_ms < daysBefore(anchor_ms, 25) ? 1 : 2
}
