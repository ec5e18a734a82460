/** First lines of a page that a program writes. */
export const pageHead = (title: string, about: readonly string[]): string[] => [
  `# ${title}`,
  '',
  '<!-- Written by `npm run docs`: what is changed here is lost. -->',
  '',
  ...about,
  '',
]

/** A cell of a table: on one line, with its bars escaped. */
export const cell = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(cell).join(' | ')} |`.replaceAll(/ +\|/g, ' |')
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line), '']
}

export const code = (text: string): string => `\`${text}\``

const WIDTH = 100

/** JSON with each list and object on one line where that is short enough. */
export function compactJson(value: unknown, indent = '', before = 0): string {
  const flat = flatJson(value)
  if (typeof value !== 'object' || value === null || indent.length + before + flat.length <= WIDTH)
    return flat
  const inner = `${indent}  `
  const parts = Array.isArray(value)
    ? value.map((each) => `${inner}${compactJson(each, inner)}`)
    : Object.entries(value).map(([name, each]) => {
        const label = `${JSON.stringify(name)}: `
        return `${inner}${label}${compactJson(each, inner, label.length)}`
      })
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`
}

function flatJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flatJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${flatJson(each)}`)
  return `{${parts.join(', ')}}`
}
