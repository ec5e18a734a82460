import type { Simulator } from '../../../src/simulator/index.ts'
import type { Wanted } from './scan.ts'

const SYLLABLES = ['bax', 'cêm', 'duq', 'fyv', 'gøz', 'hux', 'jip', 'këq', 'lyx', 'mov'] // prettier-ignore

/** A word that no other text has: `Zwebaxduqlyxbo`. */
function word(start: string, number: number): string {
  const digits = String(number).padStart(3, '0')
  return (
    start +
    digits
      .split('')
      .map((digit) => SYLLABLES[Number(digit)] ?? '')
      .join('') +
    'bo'
  )
}

/** Gives everybody in the university a name of its own, and as many submissions a grade that nothing else has. */
export function nameStudents(simulator: Simulator): { students: number; wanted: Wanted[] } {
  const { university } = simulator
  const wanted: Wanted[] = []
  const ids = new Set<string>()
  for (const course of university.truth.courses()) {
    for (const user of university.truth.users(String(course['id']))) ids.add(String(user['id']))
  }
  for (const [number, user_id] of [...ids].entries()) {
    const [first, last] = [word('Zwe', number), word('Tŷf', number)]
    university.renameUser({ user_id, name: `${first} d'${last}` })
    wanted.push({ name: `first name ${number}`, text: first }, { name: `last name ${number}`, text: last })
  }
  for (const course of university.truth.courses()) {
    for (const user of university.truth.users(String(course['id']))) {
      for (const field of ['sis_user_id', 'login_id', 'email']) {
        const text = user[field]
        if (typeof text === 'string') wanted.push({ name: field, text })
      }
    }
  }
  return { students: ids.size, wanted: [...wanted, ...grades(simulator)] }
}

function grades({ university }: Simulator): Wanted[] {
  const wanted: Wanted[] = []
  for (const course of university.truth.courses()) {
    const course_id = String(course['id'])
    if (course['workflow_state'] !== 'available') continue
    for (const submission of university.truth.submissions(course_id)) {
      if (wanted.length === 500) return wanted
      const [assignment_id, user_id] = [String(submission['assignment_id']), String(submission['user_id'])]
      const score = 7_654_321.25 + wanted.length
      university.grade({ course_id, assignment_id, user_id, score })
      wanted.push({ name: `grade of ${user_id}`, text: String(score) })
    }
  }
  return wanted
}
