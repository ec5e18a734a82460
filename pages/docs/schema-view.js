import { element, prose, table } from './element.js'

/** Deeper levels are named by their schema alone. */
const DEEPEST = 3

/** Follows a reference inside the document. */
export function resolved(document, value) {
  let found = value
  for (let step = 0; found?.$ref !== undefined && step < 8; step++) {
    found = found.$ref
      .slice(2)
      .split('/')
      .reduce((at, name) => at?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], document)
  }
  return found ?? {}
}

/** What a value may be, in a few words: `integer, 1 to 500`. */
export function typeText(document, given) {
  const schema = resolved(document, given)
  const name = given?.$ref?.split('/').at(-1) ?? schema.title
  if (schema.enum !== undefined) return schema.enum.join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined)
    return [...new Set(options.map((option) => typeText(document, option)))].join(' | ')
  if (schema.type === 'array') return `list of ${typeText(document, schema.items ?? {})}`
  if (schema.type === 'object') return name ?? 'object'
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'anything')
  return [schema.format === 'date-time' ? 'time' : type, limitsText(schema)].filter(Boolean).join(', ')
}

function limitsText({ minimum, maximum, minLength, maxLength, type }) {
  const [least, most] = type === 'string' ? [minLength, maxLength] : [minimum, maximum]
  const unit = type === 'string' ? ' characters' : ''
  const huge = most === undefined || most >= Number.MAX_SAFE_INTEGER
  if (least !== undefined && !huge) return `${least} to ${most}${unit}`
  if (!huge) return `at most ${most}${unit}`
  return least !== undefined && least > Number.MIN_SAFE_INTEGER ? `from ${least}${unit}` : ''
}

/** The members of a schema as rows, nested ones below theirs. */
export function schemaTable(document, schema, caption) {
  const rows = rowsOf(document, schema, '', 0)
  if (rows.length === 0) return element('p', { class: 'quiet' }, typeText(document, schema))
  // Most names say what they mean: a column for the few that need words would be empty.
  const described = rows.some((row) => row.lastChild.textContent !== '')
  if (!described) for (const row of rows) row.lastChild.remove()
  return table(caption, ['Member', 'Form', ...(described ? ['Meaning'] : [])], rows)
}

function rowsOf(document, given, prefix, depth) {
  const schema = resolved(document, given)
  if (schema.type === 'array') return rowsOf(document, schema.items ?? {}, `${prefix}[].`, depth)
  const options = (schema.anyOf ?? schema.oneOf)?.map((option) => resolved(document, option))
  if (options !== undefined) {
    const kinds = options.filter((option) => option.type === 'object' || option.type === 'array')
    return kinds.flatMap((option) => rowsOf(document, option, prefix, depth))
  }
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const form = resolved(document, member)
    const optional = !(schema.required ?? []).includes(name)
    const row = element(
      'tr',
      {},
      element('th', { scope: 'row' }, prefix !== '' && element('span', { class: 'depth' }, prefix), name),
      element('td', { class: 'type' }, typeText(document, member)),
      element(
        'td',
        {},
        ...prose([form.description, optional ? 'May be absent.' : ''].filter(Boolean).join('. ')),
      ),
    )
    const below = form.type === 'array' ? `${prefix}${name}` : `${prefix}${name}.`
    return depth + 1 < DEEPEST ? [row, ...rowsOf(document, member, below, depth + 1)] : [row]
  })
}
