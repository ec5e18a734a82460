import type { Monitor } from '../../../src/tracker/monitor.ts'
import type { Sync, SyncOptions } from '../../../src/tracker/types.ts'
import { HIDING_PLACES, type Canary } from './secrets.ts'

const ignore = (): undefined => undefined

/**
 * Hands a secret to everything that a sync takes, in every form. Left out are the caller's own keys, which have to
 * be kept as they are: task id, user id, and the ids of courses.
 */
export async function plantSecret(monitor: Monitor, { name, text }: Canary): Promise<void> {
  const objects = HIDING_PLACES.map((hide) => hide(text))
  const sync = await monitor.startSync({ taskId: `careless: ${name}`, ...startedWith(text, objects) })
  recordEverywhere(sync, text)
  for (const object of objects) recordGarbage(sync, object)
  for (const [index, object] of objects.entries()) {
    await sync.course(index, () => Promise.reject(object)).catch(ignore)
  }
  await sync.course('told', async (course) => {
    for (const object of objects) {
      course.setOutcome('skipped', object as string)
      course.addEntity(object as 'terms', object as never)
    }
    course.setOutcome('skipped', text)
  })
  await sync.completeSuccess()
  await (await monitor.startSync()).cancel(text)
  await (await monitor.startSync()).cancel(objects[1] as string)
  await (await monitor.startSync()).completeFailure(text)
  // Each hiding place with some of the secrets: what is kept of an error is decided in one place.
  for (const object of objects.filter((_, index) => (index + text.length) % 4 === 0)) {
    await monitor.track({}, () => Promise.reject(object)).catch(ignore)
  }
}

function startedWith(text: string, objects: readonly unknown[]): SyncOptions {
  return {
    syncType: text,
    trigger: text,
    metadata: { note: text, [text]: 1, objects, cut: text.slice(0, -1) },
  }
}

function recordEverywhere(sync: Sync, text: string): void {
  sync.recordApiCall({
    method: text,
    endpoint: text,
    status: 500,
    durationMs: 1,
    requestId: text,
    errorType: text,
    courseId: text,
  })
  sync.recordApiRateLimit({ endpoint: text, waitMs: 1 })
  sync.recordDbOperation({ operation: text as 'sync', entity: text, courseId: text })
  sync.recordDeletions({ entity: text, deleted: 1, held: 0 })
  sync.recordDeletions({ entity: text, deleted: 0, held: 1 })
  sync.recordCourse({ courseId: text })
  sync.recordAssignment({ courseId: text })
  sync.recordSubmission({ courseId: text })
  sync.recordGrade({ courseId: text })
  sync.recordProblem({ error_type: text as 'timeout', message: text })
  sync.recordEvent(text, { reason: text, cause: text, endpoint: text, note: text, [text]: text }, text)
  sync.progress({ percent: 1, current: text })
  sync.addMetadata({ [text]: text, deep: { list: [text, { password: 'x' }] } })
}

/** What types forbid and JavaScript lets through. */
function recordGarbage(sync: Sync, object: unknown): void {
  const any = object as never
  sync.recordApiCall({ method: any, endpoint: any, status: any, durationMs: any, requestId: any })
  sync.recordApiCall(any)
  sync.recordDbOperation({ operation: any, entity: any, count: any })
  sync.recordDbOperation(any)
  sync.recordProblem({ error_type: any, message: any })
  sync.recordEvent(any, { reason: any, stack: any }, any)
  sync.progress({ percent: any, current: any })
  sync.addMetadata({ object: any })
  sync.addMetadata(any)
}
