import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Headers by which a proxy says that it is one. */
const FORWARDING_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
]

/** Whether a proxy passed this on: then the address of the connection says nothing about who asks. */
export function cameThroughProxy(headers: Headers): boolean {
  return FORWARDING_HEADERS.some((name) => headers.has(name))
}

/** The address in its usual form: one of IPv4 that came over an IPv6 socket as IPv4; null for what is none. */
export function canonicalAddress(text: string): string | null {
  const plain = text
    .trim()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
  return isIP(plain) === 0 ? null : plain.toLowerCase()
}

/** Whether a list of addresses has this one. */
export function includesAddress(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

export function isLoopbackAddress(address: string): boolean {
  return includesAddress(LOOPBACK, address)
}

/** The network that `10.0.0.0/8`, `::1` or `192.168.1.7` names; null for anything else. */
export function parseNetwork(
  text: string,
): { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' } | null {
  const [, host = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? []
  const address = canonicalAddress(host)
  if (address === null) return null
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  const most = family === 'ipv6' ? 128 : 32
  const prefix = bits === undefined ? most : Number(bits)
  return prefix > most ? null : { address, prefix, family }
}

/** The networks as a list; what is none is left out. */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of networks) {
    const network = parseNetwork(text)
    if (network !== null) list.addSubnet(network.address, network.prefix, network.family)
  }
  return list
}

/**
 * Who really asks: behind trusted proxies the last address of `X-Forwarded-For` that none of them has. What stands
 * before it anybody could have written.
 */
export function clientAddress(
  peer: string | null,
  forwarded_for: string | null,
  trusted: BlockList,
): string | null {
  let address = peer === null ? null : canonicalAddress(peer)
  const hops = forwarded_for?.split(',') ?? []
  while (address !== null && includesAddress(trusted, address)) {
    const hop = hops.pop()
    const before = hop === undefined ? null : canonicalAddress(withoutPort(hop.trim()))
    if (before === null) break
    address = before
  }
  return address
}

/** Some proxies write the port of the client too: `203.0.113.9:4711`, `[2001:db8::7]:4711`. */
function withoutPort(hop: string): string {
  return hop.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
}

/** What shares a limit: one address of IPv4; of IPv6 the 64 bits of a network, of which one host has all addresses. */
export function limitKey(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length)
  const groups = [...first, ...Array.from({ length: missing }, () => '0'), ...last]
  return groups
    .slice(0, 4)
    .map((group) => group.padStart(4, '0'))
    .join(':')
}
