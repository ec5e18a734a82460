/**
 * A process of its own for tests that kill it anywhere: `shipping-process.ts <database> <directory> <machine>` ships the
 * folder until it is killed, and prints what it does.
 */
import { LogShipper } from '../../../src/fleet-logs/shipping/log-shipper.ts'
import { PostgresDestination } from '../../../src/fleet-logs/shipping/postgres-destination.ts'

const [database = '', directory = '', machine = ''] = process.argv.slice(2)
const shipper = new LogShipper({
  directory,
  destination: new PostgresDestination({ database, directory, machine, keep_days: 3650 }),
  poll_ms: 10,
  most_lines: 500,
  onNews: ({ kind }) => {
    process.stdout.write(`${kind}\n`)
  },
})
process.stdout.write('started\n')
await shipper.run(new AbortController().signal)
