import { unit } from './random.ts'
import type { ResolvedSize } from './size.ts'

/** Who takes which course at the start: two flat arrays instead of objects, for 50,000 students. */
export interface Placement {
  /** Course local ids of a student, in the order of {@link Placement.flatIndex}. */
  coursesOf(student_index: number): readonly number[]
  /** Indexes into the flat list of places; one place is one student in one course. */
  placesIn(course_local_id: number): Int32Array
  studentOfPlace(place: number): number
  sizeOf(course_local_id: number): number
}

export function placeStudents(seed: number, size: ResolvedSize): Placement {
  const { students, courses, courses_per_student } = size
  const course_of_place = new Int32Array(students * courses_per_student)
  for (let student = 0; student < students; student += 1) {
    chooseCourses(seed, student, course_of_place, courses, courses_per_student)
  }
  const starts = new Int32Array(courses + 2)
  for (const course of course_of_place) starts[course + 1] = (starts[course + 1] ?? 0) + 1
  for (let course = 1; course < starts.length; course += 1) {
    starts[course] = (starts[course] ?? 0) + (starts[course - 1] ?? 0)
  }
  const places = new Int32Array(course_of_place.length)
  const filled = starts.slice()
  course_of_place.forEach((course, place) => {
    const at = filled[course] ?? 0
    places[at] = place
    filled[course] = at + 1
  })
  return {
    coursesOf: (student_index) => [
      ...course_of_place.subarray(
        student_index * courses_per_student,
        (student_index + 1) * courses_per_student,
      ),
    ],
    placesIn: (course_local_id) =>
      places.subarray(starts[course_local_id] ?? 0, starts[course_local_id + 1] ?? 0),
    studentOfPlace: (place) => Math.floor(place / courses_per_student),
    sizeOf: (course_local_id) => (starts[course_local_id + 1] ?? 0) - (starts[course_local_id] ?? 0),
  }
}

/** Big courses and small ones, as in life: the first courses are the popular ones. */
function chooseCourses(
  seed: number,
  student: number,
  course_of_place: Int32Array,
  courses: number,
  count: number,
): void {
  const start = student * count
  for (let chosen = 0; chosen < count; chosen += 1) {
    let course = 1 + Math.floor(courses * unit(seed, 41, student, chosen) ** 1.3)
    while (course_of_place.subarray(start, start + chosen).includes(course)) course = (course % courses) + 1
    course_of_place[start + chosen] = course
  }
}
