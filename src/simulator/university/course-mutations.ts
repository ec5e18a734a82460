import type { CourseRecord } from './records.ts'
import type { World } from './world.ts'

export interface CourseMutations {
  renameCourse(change: { course_id: string; name: string }): void
  /** What one user calls a course: shown instead of its name, and sorted by. */
  nicknameCourse(change: { course_id: string; user_id: string; nickname: string | null }): void
  /** Workflow state `completed`: the enrollments complete too, and the default lists shrink. */
  concludeCourse(change: { course_id: string }): void
  unconcludeCourse(change: { course_id: string }): void
  publishCourse(change: { course_id: string }): void
  unpublishCourse(change: { course_id: string }): void
  deleteCourse(change: { course_id: string }): void
  undeleteCourse(change: { course_id: string }): void
  /** Members then see `{id, access_restricted_by_date: true}` and nothing else; `everyone` adds the admin. */
  restrictCourseByDate(change: { course_id: string; everyone?: boolean }): void
  unrestrictCourse(change: { course_id: string }): void
  hideFinalGrades(change: { course_id: string; hidden: boolean }): void
}

export function courseMutations(world: World): CourseMutations {
  const change = (course_id: string, apply: (course: CourseRecord) => void): void => {
    apply(courseToChange(world, course_id))
    world.version += 1
  }
  const setState = (course_id: string, state: CourseRecord['workflow_state']): void => {
    change(course_id, (course) => {
      course.workflow_state = state
    })
  }
  return {
    renameCourse({ course_id, name }) {
      change(course_id, (course) => {
        course.name = name
      })
    },
    nicknameCourse({ course_id, user_id, nickname }) {
      change(course_id, (course) => {
        if (nickname === null) course.nicknames.delete(world.localId(user_id))
        else course.nicknames.set(world.localId(user_id), nickname)
      })
    },
    concludeCourse: ({ course_id }) => setState(course_id, 'completed'),
    unconcludeCourse: ({ course_id }) => setState(course_id, 'available'),
    publishCourse: ({ course_id }) => setState(course_id, 'available'),
    unpublishCourse: ({ course_id }) => setState(course_id, 'claimed'),
    deleteCourse: ({ course_id }) => setState(course_id, 'deleted'),
    undeleteCourse: ({ course_id }) => setState(course_id, 'claimed'),
    restrictCourseByDate({ course_id, everyone }) {
      change(course_id, (course) => {
        course.restricted_by_date = everyone === true ? 'everyone' : 'members'
      })
    },
    unrestrictCourse({ course_id }) {
      change(course_id, (course) => {
        course.restricted_by_date = 'nobody'
      })
    },
    hideFinalGrades({ course_id, hidden }) {
      change(course_id, (course) => {
        course.hide_final_grades = hidden
      })
    },
  }
}

export function courseToChange(world: World, course_id: string): CourseRecord {
  const course = world.courses.get(world.localId(course_id))
  if (course === undefined) throw new RangeError(`no course has the id ${course_id}`)
  return course
}
