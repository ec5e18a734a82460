import type { StoreParts } from '../store.ts'

/**
 * The methods that only read: a thread with a connection that cannot write may answer them. What is not named here
 * goes to the thread that writes.
 */
const READS: { readonly [Part in keyof StoreParts]?: readonly (keyof StoreParts[Part])[] } = {
  syncs: [
    'getSync',
    'getSyncByTaskId',
    'listSyncs',
    'listRunning',
    'listCourseOutcomes',
    'listStatusChanges',
    'lastEndedSync',
    'listRunning',
  ],
  data: ['listSources', 'getListing', 'listListings', 'countRows', 'listRowIds', 'listCheckpoints'],
  lists: ['page', 'recordPage', 'outcomePage'],
  figures: ['totals', 'countUsers', 'durationPercentiles', 'series', 'recentError', 'check'],
  errorGroups: ['list', 'find'],
  calendar: ['days'],
  users: ['page'],
  freshness: ['page'],
  // A wait of theirs is a timer: the thread does other work meanwhile.
  changes: ['latest', 'readAfter'],
  access: ['listTokens', 'findToken', 'hasUsableToken', 'findSession', 'listAudit'],
  erasure: ['find', 'taskIds'],
  retention: ['countSyncs', 'reusableBytes'],
  schedules: [
    'list',
    'find',
    'listDueRuns',
    'listGaps',
    'listWatched',
    'findStarts',
    'listUnserved',
    'listStreaks',
  ],
  performance: ['byType', 'slowestCourses', 'slowestUsers'],
  incidents: ['place', 'listOpen', 'listBadMembers', 'countCritical', 'list', 'find', 'changesAfter'],
  histories: ['ofSubjects', 'ended', 'withErrors', 'ofErrorGroups', 'changedBehind', 'listFreshness'],
  counters: ['syncs', 'examples', 'events', 'people'],
  system: ['database', 'tables', 'migrations', 'jobs', 'syncRows', 'listSizes'],
  queue: [
    'findJob',
    'listJobs',
    'depths',
    'listRunningAttempts',
    'listAttempts',
    'listCancelled',
    'listWorkers',
    'listSchedules',
  ],
  reports: ['failures', 'find', 'list', 'unsubscribed'],
  notifications: ['place', 'nextDue', 'notices', 'dueReminders', 'channels', 'page', 'find', 'attempts'],
}

const reads: ReadonlySet<string> = new Set(
  Object.entries(READS).flatMap(([part, methods]) => methods.map((method) => `${part}.${method}`)),
)

/** Whether a thread that cannot write may answer this call. */
export function onlyReads(part: string, method: string): boolean {
  return reads.has(`${part}.${method}`)
}
