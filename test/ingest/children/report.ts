import { Ingest } from '../../../src/ingest/ingest.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { openStore } from '../../../src/store/open-store.ts'

/** A process that takes reports into a database and logs which others use as well; tells what went wrong. */
const [database = '', logDir = '', name = '', count = '0'] = process.argv.slice(2)
const failures: string[] = []
await using store = await openStore(`sqlite:${database}`)
await using ingest = await Ingest.open({
  store: store.ingest,
  logDir,
  clock: systemClock,
  onFailure: (error) => failures.push(String(error)),
})
for (let number = 0; number < Number(count); number++) {
  const task_id = `${name}-${number}`
  try {
    await ingest.take([
      { type: 'start', task_id },
      { type: 'course', task_id, id: 1, course_id: number },
      { type: 'course', task_id: 'shared', id: task_id },
      { type: 'finish', task_id },
    ])
  } catch (error) {
    failures.push(String(error))
  }
}
process.send?.(failures)
process.disconnect?.()
