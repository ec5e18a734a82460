-- The synced data. These tables belong to the application: Canvas's fields under Canvas's names, the whole
-- object as JSON in "data". The key is the source and Canvas's own id (64 bits, exact, as text). Canvas's times
-- are kept as Canvas writes them; first_seen_at, last_seen_at and deleted_at are ISO 8601 UTC, milliseconds.
-- The columns are those of src/core/synced-entity.ts; a test compares the two.

create table canvas_terms (
  source_id bigint not null references canvas_sync_sources (id),
  id text collate "C" not null,
  listed_by text collate "C" not null,
  name text collate "C",
  start_at text collate "C",
  end_at text collate "C",
  workflow_state text collate "C",
  sis_term_id text collate "C",
  data text collate "C" not null,
  content_hash text collate "C" not null,
  first_seen_at text collate "C" not null,
  last_seen_at text collate "C" not null,
  deleted_at text collate "C",
  primary key (source_id, id)
);
create index canvas_terms_scope on canvas_terms (source_id, listed_by);

create table canvas_courses (
  source_id bigint not null references canvas_sync_sources (id),
  id text collate "C" not null,
  listed_by text collate "C" not null,
  name text collate "C",
  course_code text collate "C",
  workflow_state text collate "C",
  account_id text collate "C",
  root_account_id text collate "C",
  enrollment_term_id text collate "C",
  start_at text collate "C",
  end_at text collate "C",
  created_at text collate "C",
  sis_course_id text collate "C",
  time_zone text collate "C",
  concluded smallint,
  total_students bigint,
  data text collate "C" not null,
  content_hash text collate "C" not null,
  first_seen_at text collate "C" not null,
  last_seen_at text collate "C" not null,
  deleted_at text collate "C",
  primary key (source_id, id)
);
create index canvas_courses_scope on canvas_courses (source_id, listed_by);

create table canvas_sections (
  source_id bigint not null references canvas_sync_sources (id),
  id text collate "C" not null,
  course_id text collate "C" not null,
  name text collate "C",
  start_at text collate "C",
  end_at text collate "C",
  created_at text collate "C",
  sis_section_id text collate "C",
  data text collate "C" not null,
  content_hash text collate "C" not null,
  first_seen_at text collate "C" not null,
  last_seen_at text collate "C" not null,
  deleted_at text collate "C",
  primary key (source_id, id)
);
create index canvas_sections_scope on canvas_sections (source_id, course_id);

create table canvas_enrollments (
  source_id bigint not null references canvas_sync_sources (id),
  id text collate "C" not null,
  course_id text collate "C" not null,
  course_section_id text collate "C",
  user_id text collate "C",
  type text collate "C",
  role text collate "C",
  role_id text collate "C",
  enrollment_state text collate "C",
  created_at text collate "C",
  updated_at text collate "C",
  start_at text collate "C",
  end_at text collate "C",
  last_activity_at text collate "C",
  current_score double precision,
  final_score double precision,
  current_grade text collate "C",
  final_grade text collate "C",
  data text collate "C" not null,
  content_hash text collate "C" not null,
  first_seen_at text collate "C" not null,
  last_seen_at text collate "C" not null,
  deleted_at text collate "C",
  primary key (source_id, id)
);
create index canvas_enrollments_scope on canvas_enrollments (source_id, course_id);

create table canvas_assignment_groups (
  source_id bigint not null references canvas_sync_sources (id),
  id text collate "C" not null,
  course_id text collate "C" not null,
  name text collate "C",
  position bigint,
  group_weight double precision,
  data text collate "C" not null,
  content_hash text collate "C" not null,
  first_seen_at text collate "C" not null,
  last_seen_at text collate "C" not null,
  deleted_at text collate "C",
  primary key (source_id, id)
);
create index canvas_assignment_groups_scope on canvas_assignment_groups (source_id, course_id);

create table canvas_assignments (
  source_id bigint not null references canvas_sync_sources (id),
  id text collate "C" not null,
  course_id text collate "C" not null,
  name text collate "C",
  assignment_group_id text collate "C",
  workflow_state text collate "C",
  grading_type text collate "C",
  due_at text collate "C",
  unlock_at text collate "C",
  lock_at text collate "C",
  created_at text collate "C",
  updated_at text collate "C",
  points_possible double precision,
  position bigint,
  published smallint,
  omit_from_final_grade smallint,
  data text collate "C" not null,
  content_hash text collate "C" not null,
  first_seen_at text collate "C" not null,
  last_seen_at text collate "C" not null,
  deleted_at text collate "C",
  primary key (source_id, id)
);
create index canvas_assignments_scope on canvas_assignments (source_id, course_id);

create table canvas_submissions (
  source_id bigint not null references canvas_sync_sources (id),
  id text collate "C" not null,
  course_id text collate "C" not null,
  assignment_id text collate "C",
  user_id text collate "C",
  workflow_state text collate "C",
  submission_type text collate "C",
  submitted_at text collate "C",
  graded_at text collate "C",
  posted_at text collate "C",
  grade text collate "C",
  entered_grade text collate "C",
  grader_id text collate "C",
  grading_period_id text collate "C",
  late_policy_status text collate "C",
  cached_due_date text collate "C",
  score double precision,
  entered_score double precision,
  points_deducted double precision,
  attempt bigint,
  excused smallint,
  grade_matches_current_submission smallint,
  redo_request smallint,
  data text collate "C" not null,
  content_hash text collate "C" not null,
  first_seen_at text collate "C" not null,
  last_seen_at text collate "C" not null,
  deleted_at text collate "C",
  primary key (source_id, id)
);
create index canvas_submissions_scope on canvas_submissions (source_id, course_id);
