import { hash, pick } from './random.ts'

const FIRST_NAMES = [
  'Ada', 'Amara', 'Anaïs', 'Ben', 'Chidi', 'Chloë', 'Dmitri', 'Elif', 'Emma', 'Farid', 'Gabriela', 'Hana',
  'Ibrahim', 'Ingrid', 'Jamal', 'José', 'Kaito', 'Lena', 'Liam', 'Mei', 'Mohammed', 'Nadia', 'Noah', 'Olu',
  'Paula', 'Priya', 'Quinn', 'Rosa', 'Sam', 'Søren', 'Tariq', 'Uma', 'Viktor', 'Wanjiru', 'Xin', 'Yusuf', 'Zoe',
] // prettier-ignore
const LAST_NAMES = [
  'Abara', 'Andersson', 'Bauer', 'Chen', 'Costa', 'Dubois', 'Eze', 'Fischer', 'García', 'Haddad', 'Ivanova',
  'Jansen', 'Kim', 'Kowalski', 'Lopez', 'Mbeki', 'Müller', 'Nakamura', "O'Brien", 'Okafor', 'Patel', 'Quispe',
  'Rossi', 'Sato', 'Silva', 'Smith', 'Tanaka', 'Ünal', 'van der Berg', 'Wang', 'Wójcik', 'Yılmaz', 'Zhang',
] // prettier-ignore
const SUBJECTS = [
  'Algebra', 'Art History', 'Biochemistry', 'Calculus', 'Data Structures', 'Economics', 'Film & Media',
  'Genetics', 'Human Geography', 'Inequalities <em>and</em> proofs', 'Journalism', 'Linguistics', 'Logic',
  'Music Theory', 'Nursing', 'Organic Chemistry', 'Philosophy', 'Quantum Physics', 'R&D Methods', 'Statistics',
] // prettier-ignore
const TASKS = ['Essay', 'Problem set', 'Lab report', 'Quiz', 'Project', 'Reading notes', 'Peer review']

export interface PersonName {
  readonly name: string
  readonly sortable_name: string
}

export function personName(seed: number, user_local_id: number): PersonName {
  const first = pick(FIRST_NAMES, hash(seed, 11, user_local_id))
  const last = pick(LAST_NAMES, hash(seed, 12, user_local_id))
  return { name: `${first} ${last}`, sortable_name: `${last}, ${first}` }
}

export function sortableNameOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const last = words.pop() ?? ''
  return words.length === 0 ? last : `${last}, ${words.join(' ')}`
}

export function courseName(seed: number, course_local_id: number): { name: string; course_code: string } {
  const subject = pick(SUBJECTS, course_local_id - 1 + hash(seed, 21))
  const number = 100 + (hash(seed, 22, course_local_id) % 400)
  const code = subject
    .replaceAll(/[^A-Za-z]/g, '')
    .slice(0, 4)
    .toUpperCase()
  return { name: `${subject} ${number}`, course_code: `${code}-${number}-${course_local_id}` }
}

export function assignmentName(seed: number, assignment_local_id: number, position: number): string {
  return `${pick(TASKS, hash(seed, 31, assignment_local_id))} ${position}`
}
