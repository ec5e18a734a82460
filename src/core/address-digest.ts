import { createHash } from 'node:crypto'

/** What stands for a mail address where the address itself is not kept: its SHA-256 in lower case, 64 hexadecimal digits. */
export function addressDigest(address: string): string {
  return createHash('sha256').update(address.trim().toLowerCase()).digest('hex')
}
