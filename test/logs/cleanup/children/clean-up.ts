/**
 * A process of its own for tests: `clean-up.ts <directory> <now>`. Cleans the folder up as at that moment and prints
 * the report.
 */
import { LogDirectory } from '../../../../src/logs/cleanup/log-directory.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { countAhead } from '../../../support/traced-child.ts'

const [directory = '', start = ''] = process.argv.slice(2)
await countAhead()
const logs = new LogDirectory({ directory, clock: new FakeClock({ start, auto: true }) })
await logs.startCleanup({ max_lines: 60, archive_days: 7, delete_days: 30 })
process.stdout.write(JSON.stringify(await logs.finished()))
