import { giveBack, passingBytes } from './passing-bytes.ts'

const encoder = new TextEncoder()

/**
 * An object as JSON in UTF-8, one of whose members is a list that is written already. It is for one answer.
 *
 * @param list is used up
 */
export function jsonBytes(before: object, name: string, list: Uint8Array, after: object = {}): Uint8Array {
  const head = membersOf(before)
  const tail = membersOf(after)
  const whole = Buffer.concat([
    encoder.encode(`{${head}${head === '' ? '' : ','}${JSON.stringify(name)}:`),
    list,
    encoder.encode(`${tail === '' ? '' : ','}${tail}}`),
  ])
  giveBack(list)
  return passingBytes(whole)
}

const membersOf = (members: object): string => JSON.stringify(members).slice(1, -1)

/** JSON arrays as one. */
export function joinedArrays(arrays: readonly Uint8Array[]): Uint8Array {
  const [only] = arrays
  if (arrays.length === 1 && only !== undefined) return only
  const elements = arrays.filter((array) => array.length > 2).map((array) => array.subarray(1, -1))
  const comma = encoder.encode(',')
  return Buffer.concat([
    encoder.encode('['),
    ...elements.flatMap((each, index) => (index === 0 ? [each] : [comma, each])),
    encoder.encode(']'),
  ])
}
