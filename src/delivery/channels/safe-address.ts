import { lookup } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import type { LookupFunction } from 'node:net'

/** Networks that no public server is in: https://www.iana.org/assignments/iana-ipv4-special-registry */
const NOT_PUBLIC_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/** Of the public part, what leads to addresses of the other kind, or nowhere. */
const NOT_PUBLIC_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const not_public = new BlockList()
for (const [network, bits] of NOT_PUBLIC_V4) not_public.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of NOT_PUBLIC_V6) not_public.addSubnet(network, bits, 'ipv6')
const public_v6 = new BlockList()
public_v6.addSubnet('2000::', 3, 'ipv6')

/** Whether an address, in its plain form, is one of the open Internet: none of this machine, a private network, a cloud's own. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !not_public.check(address, 'ipv4')
  // Not those that hold an IPv4 address, in whatever way.
  return isIP(address) === 6 && public_v6.check(address, 'ipv6') && !not_public.check(address, 'ipv6')
}

/** Is thrown for a host that lies where messages must not go. */
export class AddressRefused extends Error {
  constructor() {
    super('The host has an address that is not of the open Internet.')
    this.name = 'AddressRefused'
  }
}

type Resolve = (
  host: string,
  answer: (error: NodeJS.ErrnoException | null, addresses: { address: string; family: number }[]) => void,
) => void

const resolveAll: Resolve = (host, answer) => {
  lookup(host, { all: true }, answer)
}

/**
 * For a socket: resolves a host once and gives only addresses that were checked, so that a name that means another
 * address a moment later leads nowhere. One bad address refuses all.
 */
export function safeLookup(resolve: Resolve = resolveAll): LookupFunction {
  return (host, { all, family }, callback) => {
    resolve(host, (error, found) => {
      const wanted = family === 4 || family === 6 ? found?.filter((one) => one.family === family) : found
      const [first] = wanted ?? []
      if (error !== null || first === undefined) {
        callback(error ?? Object.assign(new Error('The host has no address.'), { code: 'ENOTFOUND' }), [])
      } else if (!found.every(({ address }) => isPublicAddress(address))) callback(new AddressRefused(), [])
      else if (all === true) callback(null, wanted ?? [])
      else callback(null, first.address, first.family)
    })
  }
}

/** The host of an address as a socket wants it; the parser of addresses has read `0x7f.1` and `2130706433` already. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1')

/** Whether messages may go to a host, by what it is called alone. */
export function mayBeAsked(url: URL, allow_hosts: readonly string[]): boolean {
  const host = hostOf(url)
  if (isAllowed(url, allow_hosts)) return true
  return isIP(host) === 0 || isPublicAddress(host)
}

/** Whether somebody has said that this host may be anywhere. */
export function isAllowed(url: URL, allow_hosts: readonly string[]): boolean {
  return allow_hosts.some((allowed) => allowed.toLowerCase() === hostOf(url).toLowerCase())
}
