import { createRemoteMonitor } from '../../../src/index.ts'
import { runJob } from '../support/job.ts'

/** A process that runs one job after the other until it is killed, or so many, and tells of each that has ended. */
const [url = '', spoolDir = '', name = '', most = 'Infinity'] = process.argv.slice(2)
const monitor = await createRemoteMonitor({ url, spoolDir })
process.on('disconnect', () => process.exit(1))
for (let number = 0; number < Number(most); number++) {
  const taskId = `${name}-${number}`
  await runJob(monitor, taskId)
  process.send?.(taskId)
}
process.removeAllListeners('disconnect')
process.disconnect?.()
