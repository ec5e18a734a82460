-- The synced data. These tables belong to the application: Canvas's fields under Canvas's names, the whole
-- object as JSON in "data". The key is the source and Canvas's own id (64 bits, exact, as text). Canvas's times
-- are kept as Canvas writes them; first_seen_at, last_seen_at and deleted_at are ISO 8601 UTC, milliseconds.
-- The columns are those of src/core/synced-entity.ts; a test compares the two.

create table canvas_terms (
  source_id integer not null references canvas_sync_sources (id),
  id text not null,
  listed_by text not null,
  name text,
  start_at text,
  end_at text,
  workflow_state text,
  sis_term_id text,
  data text not null,
  content_hash text not null,
  first_seen_at text not null,
  last_seen_at text not null,
  deleted_at text,
  primary key (source_id, id)
);
create index canvas_terms_scope on canvas_terms (source_id, listed_by);

create table canvas_courses (
  source_id integer not null references canvas_sync_sources (id),
  id text not null,
  listed_by text not null,
  name text,
  course_code text,
  workflow_state text,
  account_id text,
  root_account_id text,
  enrollment_term_id text,
  start_at text,
  end_at text,
  created_at text,
  sis_course_id text,
  time_zone text,
  concluded integer,
  total_students integer,
  data text not null,
  content_hash text not null,
  first_seen_at text not null,
  last_seen_at text not null,
  deleted_at text,
  primary key (source_id, id)
);
create index canvas_courses_scope on canvas_courses (source_id, listed_by);

create table canvas_sections (
  source_id integer not null references canvas_sync_sources (id),
  id text not null,
  course_id text not null,
  name text,
  start_at text,
  end_at text,
  created_at text,
  sis_section_id text,
  data text not null,
  content_hash text not null,
  first_seen_at text not null,
  last_seen_at text not null,
  deleted_at text,
  primary key (source_id, id)
);
create index canvas_sections_scope on canvas_sections (source_id, course_id);

create table canvas_enrollments (
  source_id integer not null references canvas_sync_sources (id),
  id text not null,
  course_id text not null,
  course_section_id text,
  user_id text,
  type text,
  role text,
  role_id text,
  enrollment_state text,
  created_at text,
  updated_at text,
  start_at text,
  end_at text,
  last_activity_at text,
  current_score real,
  final_score real,
  current_grade text,
  final_grade text,
  data text not null,
  content_hash text not null,
  first_seen_at text not null,
  last_seen_at text not null,
  deleted_at text,
  primary key (source_id, id)
);
create index canvas_enrollments_scope on canvas_enrollments (source_id, course_id);

create table canvas_assignment_groups (
  source_id integer not null references canvas_sync_sources (id),
  id text not null,
  course_id text not null,
  name text,
  position integer,
  group_weight real,
  data text not null,
  content_hash text not null,
  first_seen_at text not null,
  last_seen_at text not null,
  deleted_at text,
  primary key (source_id, id)
);
create index canvas_assignment_groups_scope on canvas_assignment_groups (source_id, course_id);

create table canvas_assignments (
  source_id integer not null references canvas_sync_sources (id),
  id text not null,
  course_id text not null,
  name text,
  assignment_group_id text,
  workflow_state text,
  grading_type text,
  due_at text,
  unlock_at text,
  lock_at text,
  created_at text,
  updated_at text,
  points_possible real,
  position integer,
  published integer,
  omit_from_final_grade integer,
  data text not null,
  content_hash text not null,
  first_seen_at text not null,
  last_seen_at text not null,
  deleted_at text,
  primary key (source_id, id)
);
create index canvas_assignments_scope on canvas_assignments (source_id, course_id);

create table canvas_submissions (
  source_id integer not null references canvas_sync_sources (id),
  id text not null,
  course_id text not null,
  assignment_id text,
  user_id text,
  workflow_state text,
  submission_type text,
  submitted_at text,
  graded_at text,
  posted_at text,
  grade text,
  entered_grade text,
  grader_id text,
  grading_period_id text,
  late_policy_status text,
  cached_due_date text,
  score real,
  entered_score real,
  points_deducted real,
  attempt integer,
  excused integer,
  grade_matches_current_submission integer,
  redo_request integer,
  data text not null,
  content_hash text not null,
  first_seen_at text not null,
  last_seen_at text not null,
  deleted_at text,
  primary key (source_id, id)
);
create index canvas_submissions_scope on canvas_submissions (source_id, course_id);
