import assert from 'node:assert/strict'

export interface HtmlTag {
  /** `td`, `/td`. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** What stands between this tag and the next. */
  readonly text: string
}

const VOID = new Set(['meta', 'link', 'br'])
/** What may stand in a tag of ours; a browser reads nothing else out of it. */
const TAG = /<(?:!doctype html|(\/?[a-z][a-z0-9]*)((?:\s+[a-z][a-zA-Z0-9-]*="[^"<>`]*")*)\s*\/?)>/y
const ATTRIBUTE = /\s+([a-z][a-zA-Z0-9-]*)="([^"]*)"/g

/** The tags of a page of ours, in order; fails at anything that a browser could take for another tag. */
export function readHtml(page: string): HtmlTag[] {
  const tags: HtmlTag[] = []
  let at = 0
  while (at < page.length) {
    TAG.lastIndex = at
    const match = TAG.exec(page)
    assert.ok(match, `no tag of ours: ${JSON.stringify(page.slice(at, at + 80))}`)
    const next = page.indexOf('<', TAG.lastIndex)
    const text = page.slice(TAG.lastIndex, next === -1 ? page.length : next)
    const [, name = '!doctype', given = ''] = match
    const attributes: Record<string, string> = {}
    for (const [, key = '', value = ''] of given.matchAll(ATTRIBUTE)) attributes[key] = value
    tags.push({ name, attributes, text })
    at = next === -1 ? page.length : next
  }
  assertNested(tags, page)
  return tags
}

function assertNested(tags: readonly HtmlTag[], page: string): void {
  const open: string[] = []
  for (const { name } of tags) {
    if (name === '!doctype' || VOID.has(name)) continue
    if (name.startsWith('/')) assert.equal(open.pop(), name.slice(1))
    else if (!SELF_CLOSED.has(name)) open.push(name)
  }
  assert.deepEqual(open, [], page.slice(0, 0))
}

const SELF_CLOSED = new Set(['line', 'rect', 'path', 'circle'])

/** The page without its texts: what its tags and attributes are. */
export function skeletonOf(page: string): string {
  return readHtml(page)
    .map(({ name, attributes }) => `${name} ${JSON.stringify(attributes)}`)
    .join('\n')
}
