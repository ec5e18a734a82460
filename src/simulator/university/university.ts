import { makeTruth, type Truth } from '../truth.ts'
import { courseMutations, type CourseMutations } from './course-mutations.ts'
import { courseworkMutations, type CourseworkMutations } from './coursework-mutations.ts'
import { gradingMutations, type GradingMutations } from './grading-mutations.ts'
import { rosterMutations, type RosterMutations } from './roster-mutations.ts'
import type { World } from './world.ts'

export type Mutations = CourseMutations & RosterMutations & CourseworkMutations & GradingMutations
export type MutationName = keyof Mutations

/** The university behind the API: what is true in it, and what can happen to it. Ids are decimal strings. */
export type University = Mutations & {
  readonly truth: Truth
  /** A mutation by name, for a script or another process; returns what the mutation returns. */
  mutate(name: string, args: Record<string, unknown>): unknown
}

export function makeUniversity(world: World): University {
  const mutations: Mutations = {
    ...courseMutations(world),
    ...rosterMutations(world),
    ...courseworkMutations(world),
    ...gradingMutations(world),
  }
  return {
    ...mutations,
    truth: makeTruth(world),
    mutate(name, args) {
      if (!Object.hasOwn(mutations, name)) {
        throw new RangeError(`no mutation is called ${name}; there are ${Object.keys(mutations).join(', ')}`)
      }
      const mutation = mutations[name as MutationName] as (args: Record<string, unknown>) => unknown
      return mutation(args)
    },
  }
}
