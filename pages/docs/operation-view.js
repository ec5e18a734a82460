import { element, prose, table } from './element.js'
import { resolved, schemaTable, typeText } from './schema-view.js'
import { tryIt } from './try-it.js'

/** Everything about one route. */
export function operationView(document, operation, readToken) {
  const { method, path, summary, parameters = [], responses, requestBody } = operation
  return [
    element('h2', {}, summary),
    element(
      'p',
      { class: 'address' },
      element('span', { class: 'method' }, method),
      element('span', {}, path),
    ),
    element('p', { class: 'scope' }, scopeText(operation)),
    ...(parameters.length === 0
      ? []
      : [element('h3', {}, 'Parameters'), parameterTable(document, parameters)]),
    ...(requestBody !== undefined ? bodyView(document, requestBody) : []),
    element('h3', {}, 'Try it'),
    tryIt(document, operation, readToken),
    element('h3', {}, 'Answers'),
    ...Object.entries(responses).map(([status, response]) =>
      answerView(document, status, resolved(document, response)),
    ),
  ]
}

function scopeText({ security = [] }) {
  if (security.length === 0) return 'Open to everybody.'
  const is_open = Object.keys(security[0] ?? {}).length === 0
  const [scope] = Object.values(security[is_open ? 1 : 0] ?? {})[0] ?? []
  if (is_open) return `Open to everybody; tells more to who shows a token with the scope “${scope}”.`
  const needed = scope === undefined ? 'Needs a token' : `Needs a token with the scope “${scope}”`
  return `${needed}, unless the server listens on this machine only.`
}

function parameterTable(document, parameters) {
  const rows = parameters.map(({ name, in: place, required, schema, description }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, name),
      element('td', {}, place),
      element('td', { class: 'type' }, typeText(document, schema)),
      element('td', {}, defaultText(schema, required)),
      element('td', {}, ...prose(description ?? '')),
    ),
  )
  return table('Parameters', ['Name', 'In', 'Form', 'Default', 'Meaning'], rows)
}

function defaultText({ default: fallback }, required) {
  if (fallback !== undefined) return String(fallback)
  return required ? 'required' : '–'
}

function bodyView(document, { content = {}, description }) {
  return [
    element('h3', {}, 'Body'),
    description !== undefined && element('p', { class: 'quiet' }, ...prose(description)),
    ...contentViews(document, content),
  ].filter(Boolean)
}

function answerView(document, status, { description, headers = {}, content = {} }) {
  const names = Object.entries(headers)
  const rows = names.map(([name, header]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, name),
      element('td', {}, ...prose(resolved(document, header).description ?? '')),
    ),
  )
  return element(
    'details',
    { open: status === '200' },
    element('summary', {}, element('b', {}, status), ...prose(description)),
    ...contentViews(document, content),
    rows.length > 0 && table(`Headers of ${status}`, ['Header', 'Meaning'], rows),
  )
}

function contentViews(document, content) {
  return Object.entries(content).flatMap(([type, { schema = {}, example }]) => {
    const name = schema.$ref?.split('/').at(-1)
    return [
      element('p', {}, element('code', {}, type), name === undefined ? '' : ` – ${name}`),
      schemaTable(document, schema, `Members of ${name ?? type}`),
      example !== undefined &&
        element(
          'details',
          {},
          element('summary', {}, 'Example'),
          element(
            'pre',
            { tabindex: 0 },
            typeof example === 'string' ? example : JSON.stringify(example, null, 2),
          ),
        ),
    ].filter(Boolean)
  })
}
