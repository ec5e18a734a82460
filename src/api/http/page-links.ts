/** A query as an address has it; members without a value are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** What the header means, for the description of the API. */
export const LINK_HEADER: Readonly<Record<string, string>> = {
  Link: 'Where the list begins (`first`) and goes on (`next`), RFC 8288',
}

/** The `Link` header of a page (RFC 8288): where the list begins, and where it goes on. References are absolute paths. */
export function pageLinks(path: string, query: Query, next_cursor: string | null): Record<string, string> {
  const links = [linkTo(path, query, 'first')]
  if (next_cursor !== null) links.push(linkTo(path, { ...query, cursor: next_cursor }, 'next'))
  return { link: links.join(', ') }
}

function linkTo(path: string, query: Query, relation: string): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
  const text = new URLSearchParams(given).toString()
  return `<${text === '' ? path : `${path}?${text}`}>; rel="${relation}"`
}
