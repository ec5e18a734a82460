import type { Command } from './command.ts'

/** Whose data a sync reads, and how much of it: of one that runs at once, and of one that waits in the queue. */
export const SYNC_SCOPE_OPTIONS: Command['options'] = {
  'user-id': { type: 'string', value: 'ID', help: "your application's user on whose behalf it runs" },
  type: {
    type: 'string',
    value: 'TYPE',
    help: 'all, courses, assignments, submissions or grades (default all)',
  },
  course: {
    type: 'string',
    multiple: true,
    value: 'ID',
    help: 'only this course; may be given several times',
  },
  account: {
    type: 'string',
    value: 'ID',
    help: "all courses of this account, with an administrator's token",
  },
  full: { type: 'boolean', help: 'read everything whole instead of what changed' },
  'accept-deletions': {
    type: 'boolean',
    help: 'take missing rows as deleted even when more than 20 % of a list is gone',
  },
}
