/** What a comment just before a block says of how it is checked. */
export type Marker =
  | { readonly kind: 'syntax_only'; readonly because: string }
  | { readonly kind: 'exits'; readonly codes: readonly number[]; readonly because: string }
  | { readonly kind: 'answers'; readonly statuses: readonly number[]; readonly because: string }
  | { readonly kind: 'printed_by'; readonly command: string }
  | { readonly kind: 'file'; readonly name: string }
  /** SQL for that engine, or commands with it as the database. */
  | { readonly kind: 'postgres' }
  /** Of a file of the project, which a test of its own runs. */
  | { readonly kind: 'copy_of'; readonly path: string }

export interface CodeBlock {
  /** Relative to the root of the project. */
  readonly page: string
  /** Of the opening fence, from 1. */
  readonly line: number
  /** Lower case; empty where none is said. */
  readonly language: string
  readonly text: string
  readonly marker: Marker | null
}

const FENCE = /^(\s*)(`{3,})\s*(\S*)\s*$/

/**
 * The fenced blocks of a page, in order.
 * @throws Error at a block that does not end, and at a marker that says nothing known
 */
export function readBlocks(page: string, markdown: string): CodeBlock[] {
  const lines = markdown.split('\n')
  const blocks: CodeBlock[] = []
  for (let index = 0; index < lines.length; index++) {
    const fence = FENCE.exec(lines[index] ?? '')
    if (fence === null) continue
    const [, indent = '', ticks = '', language = ''] = fence
    const end = lines.findIndex((text, at) => at > index && text.trim() === ticks)
    if (end === -1) throw new Error(`${page}:${index + 1}: the block does not end.`)
    const text = lines.slice(index + 1, end).map((each) => each.slice(indent.length))
    const marker = markerBefore(lines.slice(0, index), `${page}:${index + 1}`)
    blocks.push({
      page,
      line: index + 1,
      language: language.toLowerCase(),
      text: `${text.join('\n')}\n`,
      marker,
    })
    index = end
  }
  return blocks
}

/** The comment that ends on the last line with something on it. */
function markerBefore(lines: readonly string[], where: string): Marker | null {
  const above = lines.join('\n').trimEnd()
  if (!above.endsWith('-->')) return null
  const comment = above.slice(above.lastIndexOf('<!--') + 4, -3).trim()
  return comment.startsWith('checked:') ? readMarker(comment.slice('checked:'.length).trim(), where) : null
}

function readMarker(text: string, where: string): Marker {
  const [, form = '', because = ''] = /^(.*?)\s+because\s+(.+)$/s.exec(text) ?? []
  const numbers = (list: string): number[] => list.split(/\D+/).filter(Boolean).map(Number)
  if (text === 'on PostgreSQL') return { kind: 'postgres' }
  if (form === 'SYNTAX ONLY') return { kind: 'syntax_only', because }
  if (form.startsWith('exits with ')) return { kind: 'exits', codes: numbers(form), because }
  if (form.startsWith('answers ')) return { kind: 'answers', statuses: numbers(form), because }
  const [, command] = /^printed by `(.+)`$/s.exec(text) ?? []
  if (command !== undefined) return { kind: 'printed_by', command }
  const [, name] = /^file ([\w./-]+)$/.exec(text) ?? []
  if (name !== undefined) return { kind: 'file', name }
  const [, path] = /^copy of ([\w./-]+)$/.exec(text) ?? []
  if (path !== undefined) return { kind: 'copy_of', path }
  throw new Error(`${where}: the marker "${text}" is none that the block runner knows.`)
}
