import { setImmediate as nextTurn } from 'node:timers/promises'
import { noEntityCounts } from '../../../src/core/synced-entity.ts'
import { MonitorError } from '../../../src/index.ts'
import type { Sync, SyncOptions } from '../../../src/index.ts'

export interface Tracking {
  track<T>(options: SyncOptions, work: (sync: Sync) => Promise<T>): Promise<T>
}

/** The same for the same task id, whoever tracks it: what is left of it must be the same. */
export async function runJob(monitor: Tracking, taskId: string, calls = 12): Promise<void> {
  const options: SyncOptions = {
    taskId,
    userId: 42,
    syncType: 'grades',
    metadata: { note: 'mail anna@example.edu' },
  }
  await monitor.track(options, async (sync) => {
    sync.recordConnectionTest({ durationMs: 3 })
    for (let call = 0; call < calls; call++) {
      const endpoint = `/api/v1/courses/${call}/enrollments?search=Anna`
      sync.recordApiCall({ endpoint, status: call % 5 === 4 ? 500 : 200, durationMs: call, bytes: 10 * call })
      sync.recordSubmission({ created: true, courseId: call })
      if (call % 10 === 9) await nextTurn()
    }
    await sync.course(101, (course) => {
      course.addEntity('assignments', { ...noEntityCounts(), processed: 4, created: 4, deleted: 2, held: 1 })
      return Promise.resolve()
    })
    await sync.course(202, () => Promise.reject(new MonitorError('forbidden', 'Canvas refused course 202.')))
    sync.progress({ percent: 80, current: 'Grades of anna@example.edu' })
  })
}
