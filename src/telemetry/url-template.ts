/** Words of Canvas's own addresses. Anything else is somebody's: an id, a login, the title of a page. */
const WORDS: ReadonlySet<string> = new Set(
  `api v1 accounts account_calendars activity_stream admins all analytics announcements appointment_groups
  assessments assignment_groups assignments assignment_overrides assignment_visibility audit authentication
  blueprint_templates blueprint_subscriptions bulk_update calendar_events collaborations comments communication_channels
  concluded content_exports content_migrations context_modules conversations copy course course_pacing courses
  current_user custom_data custom_gradebook_columns date_details discussion_topics download due_dates effective_due_dates
  enrollment_terms enrollments entries entry_list external_feeds external_tools favorites feature_flags features
  features_enabled feed files folders front_page global_announcements grade_change gradebook_history grades
  grading_period_sets grading_periods grading_standards group_categories groups history items late_policy learning_object_dates
  live_assessments logins media_objects memberships migrations missing_submissions module_item_sequence modules moderated_students
  observees observers outcome_groups outcome_imports outcome_results outcome_rollups outcomes overrides page_views pages
  peer_reviews permissions planner profile progress provisional_grades questions quiz quizzes quota rce recent_students
  reports revisions roles root_folder rubric_assessments rubric_associations rubrics sections section_assignments self settings
  sis_imports status student_view_student students sub_accounts submission_summary submissions submission_types
  summary syllabus tabs term terms test_student todo todo_items tools topics tree usage_rights users views
  lti graphql quiz_submissions statistics subscriptions upcoming_events unread_count`.split(/\s+/),
)

/** Deeper addresses than Canvas has; what comes after is not told. */
const SEGMENTS_KEPT = 16

/**
 * `/api/v1/courses/{id}/students/submissions`: the same text for all calls of one kind, and nothing in it that
 * names anybody.
 *
 * @param endpoint path, without query
 */
export function urlTemplate(endpoint: string): string {
  const segments = endpoint.split('/', SEGMENTS_KEPT + 1)
  const told = segments.map((segment, place) =>
    (place === 0 && segment === '') || WORDS.has(segment) ? segment : '{id}',
  )
  return told.join('/')
}

/** The course that an address of Canvas is about, when it names one by Canvas's own id. */
export function courseOf(endpoint: string): string | null {
  return /^\/api\/v1\/courses\/(\d{1,20})(?:\/|$)/.exec(endpoint)?.[1] ?? null
}
