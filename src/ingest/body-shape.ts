const QUOTE = 34
const COMMA = 44
const OPEN_LIST = 91
const BACKSLASH = 92
const OPEN_OBJECT = 123

/** Below this the worst that a body can be is parsed in a few milliseconds. */
const HARMLESS_BYTES = 16 * 1024
/** Every event is one, and what it tells in detail some more. */
const MOST_CONTAINERS = 200_000
const BYTES_OF_CONTAINER = 12
const MOST_MEMBERS = 1_000_000
const BYTES_OF_MEMBER = 4

/**
 * Whether a body of JSON holds more lists, objects and members than events ever do: 32 MB of `[],` take seconds to parse
 * and a gigabyte of memory. Looks at each byte once, and no text is made of them.
 */
export function isOvercrowded(body: Uint8Array): boolean {
  if (body.length <= HARMLESS_BYTES) return false
  const most_containers = Math.min(MOST_CONTAINERS, body.length / BYTES_OF_CONTAINER)
  const most_members = Math.min(MOST_MEMBERS, body.length / BYTES_OF_MEMBER)
  let containers = 0
  let members = 0
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]
    if (byte === QUOTE) at = endOfText(body, at)
    else if (byte === COMMA) members++
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) containers++
  }
  return containers > most_containers || members > most_members
}

/** Where the text ends that begins at `start`: at its other quotation mark, or with the body. */
function endOfText(body: Uint8Array, start: number): number {
  let at = start + 1
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1
  return at
}
