import { realpathSync } from 'node:fs'
import { z } from 'zod'
import { isZone, systemZone } from '../core/local-time.ts'

const ZONE_RULE = 'must be the IANA name of a time zone'

/** TZ may have a colon before the name, and then also be the path of the system's own zone. */
export const ZONE: z.ZodType<string> = z
  .string(ZONE_RULE)
  .trim()
  .transform((name) => name.replace(/^:/, ''))
  .transform((name) => (name.startsWith('/') ? zoneOfFile(name) : name))
  .refine(isZone, ZONE_RULE)

/** What Node.js itself makes of such a path is UTC: `/etc/localtime` is a link into the folder of the zones. */
function zoneOfFile(path: string): string {
  try {
    const name = /\/zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(realpathSync(path))?.[1]
    if (name !== undefined && isZone(name)) return name === 'Etc/UTC' ? 'UTC' : name
  } catch {
    // No such file: the zone of the system.
  }
  return systemZone()
}
