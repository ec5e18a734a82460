import type { StepKind } from '../../../src/api/syncs/steps/time-shares.ts'

/** How the pieces of a step are called; shape and word say what the colour says. */
export const STEP_WORDS: Readonly<Record<StepKind, string>> = {
  answers: 'waiting for answers of Canvas',
  database: 'writing to the database',
  throttle: "waiting for Canvas's throttle",
  retry: 'waiting before another try',
  other: 'own work and holding back',
}

export const STEP_KINDS: readonly StepKind[] = ['answers', 'throttle', 'retry', 'database', 'other']
