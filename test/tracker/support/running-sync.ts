/** A job that starts a sync, says its id and then works until it is killed. */
import { createMonitor } from '../../../src/tracker/monitor.ts'

const [database = '', logDir = ''] = process.argv.slice(2)
const monitor = await createMonitor({ database, logDir })
const sync = await monitor.startSync({ taskId: 'to be killed', userId: 42 })
console.log(sync.id)
setInterval(() => sync.recordCourse(), 10)
