import { sql, type RawBuilder } from 'kysely'

/** As the condition of the index has it, which no parameter can be: a plan is made for any value. */
export const IS_WAITING: RawBuilder<boolean> = sql<boolean>`state = 'waiting'`
