import { LogShipper } from '../../../src/fleet-logs/shipping/log-shipper.ts'
import { PostgresDestination } from '../../../src/fleet-logs/shipping/postgres-destination.ts'

/** Ships what a folder has; the shipper knows how it went. */
export async function shipAll(
  database: string,
  directory: string,
  { machine = 'worker-1', keep_days = 3650 }: { machine?: string; keep_days?: number } = {},
): Promise<LogShipper> {
  const shipper = new LogShipper({
    directory,
    destination: new PostgresDestination({ database, directory, machine, keep_days }),
  })
  if (!(await shipper.runOnce(new AbortController().signal)))
    throw new Error('somebody else ships the folder')
  return shipper
}
