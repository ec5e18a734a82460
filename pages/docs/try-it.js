import { element } from './element.js'
import { readAnswer } from './read-answer.js'
import { resolved } from './schema-view.js'

/** A form that sends a request to this server and shows what comes back. */
export function tryIt(document, operation, readToken) {
  const { method, parameters = [], requestBody, responses } = operation
  const fields = parameters.map((parameter) => parameterField(document, parameter))
  const types = Object.keys(resolved(document, responses['200'] ?? {}).content ?? {})
  const accept = types.length > 1 ? choice('accept', types, types.at(-1)) : undefined
  const body = takesJson(requestBody) ? bodyField(requestBody) : undefined
  const curl = element('pre', { tabindex: 0, 'aria-label': 'The same with curl' })
  const answer = element('div', { class: 'answer', 'aria-live': 'polite' })
  const send = element('button', { type: 'submit', class: 'main' }, 'Send')
  const stop = element('button', { type: 'button', disabled: true, onclick: () => running?.abort() }, 'Stop')
  let running

  const request = () => requestOf(operation, fields, { accept: accept?.control.value, body, types })
  const showCurl = () => curl.replaceChildren(curlLine(request(), method, readToken() !== ''))
  const submit = async (event) => {
    event.preventDefault()
    running?.abort()
    const abort = (running = new AbortController())
    send.disabled = true
    stop.disabled = false
    const { url, headers, text } = request()
    const token = readToken()
    if (token !== '') headers['authorization'] = `Bearer ${token}`
    const init = {
      method,
      headers,
      signal: abort.signal,
      cache: 'no-store',
      ...(text === undefined ? {} : { body: text }),
    }
    await readAnswer(answer, url, init)
    send.disabled = false
    stop.disabled = true
  }

  const form = element(
    'form',
    {
      onsubmit: (event) => void submit(event),
      oninput: showCurl,
      'aria-label': `Try ${method} ${operation.path}`,
    },
    fields.length + (accept ? 1 : 0) > 0 &&
      element(
        'div',
        { class: 'fields' },
        ...fields.map(({ label }) => label),
        accept && field('Accept', accept.control),
      ),
    body && element('div', { class: 'fields' }, body.label),
    element('div', { class: 'actions' }, send, stop),
    element('div', { class: 'curl' }, curl, copyButton(curl)),
  )
  globalThis.document.getElementById('token').oninput = showCurl
  showCurl()
  return element('div', {}, form, answer)
}

function field(name, control, required = false, long = false) {
  const star = required && element('em', { 'aria-hidden': 'true' }, ' *')
  return element('label', { class: long ? 'field long' : 'field' }, element('span', {}, name, star), control)
}

function choice(name, values, chosen) {
  const options = values.map((value) =>
    element('option', { value, selected: value === chosen }, value === '' ? '–' : value),
  )
  return { name, control: element('select', { name }, ...options) }
}

function parameterField(document, { name, in: place, required, schema, example, description }) {
  const form = resolved(document, schema)
  const fixed = form.enum ?? (form.type === 'boolean' ? ['true', 'false'] : undefined)
  const attributes = { name, required, title: description, autocomplete: 'off', spellcheck: 'false' }
  const placeholder = form.default ?? example
  const { control } =
    fixed === undefined
      ? {
          control: element('input', {
            ...attributes,
            placeholder,
            value: place === 'path' ? example : undefined,
          }),
        }
      : choice(name, required ? fixed : ['', ...fixed], '')
  return { name, place, control, label: field(name, control, required) }
}

/** Of other bodies only the length matters. */
function takesJson(requestBody) {
  return Object.keys(requestBody?.content ?? {}).some((type) => type.includes('json'))
}

function bodyField({ content = {} }) {
  const [[type, { example }]] = Object.entries(content)
  const lines = type.includes('ndjson') ? JSON.stringify(example) : JSON.stringify(example, null, 2)
  const control = element('textarea', { name: 'body', rows: 8, spellcheck: 'false' }, lines ?? '')
  return { type, control, label: field(`Body, ${type}`, control, true, true) }
}

function requestOf({ path }, fields, { accept, body, types }) {
  let filled = path
  const query = new URLSearchParams()
  for (const { name, place, control } of fields) {
    if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(control.value))
    else if (control.value !== '') query.append(name, control.value)
  }
  const url = new URL(`.${filled}`, globalThis.document.baseURI)
  url.search = query.toString()
  const type = accept ?? types[0]
  const headers = type === undefined ? {} : { accept: `${type}, application/problem+json` }
  if (body === undefined) return { url, headers }
  return { url, headers: { ...headers, 'content-type': body.type }, text: body.control.value }
}

/** The token itself never stands in it: lines like this are kept in histories and pasted into messages. */
function curlLine({ url, headers, text }, method, with_token) {
  const quoted = (value) => `'${value.replaceAll("'", String.raw`'\''`)}'`
  const given = { ...headers }
  const streams = /event-stream|ndjson/.test(given.accept ?? '')
  if (!streams) delete given.accept
  return [
    streams ? 'curl -N' : 'curl',
    method === 'GET' || text !== undefined ? '' : `-X ${method}`,
    with_token ? '-H "Authorization: Bearer $CANVAS_SYNC_TOKEN"' : '',
    ...Object.entries(given).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    text === undefined ? '' : `--data-binary ${quoted(text)}`,
    quoted(url.href),
  ]
    .filter(Boolean)
    .join(' ')
}

function copyButton(source) {
  const button = element('button', { type: 'button' }, 'Copy')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(source.textContent)
      button.textContent = 'Copied'
    } catch {
      // Browsers have no clipboard for pages over plain HTTP: what is selected can be copied by hand.
      getSelection()?.selectAllChildren(source)
      button.textContent = 'Selected'
    }
    setTimeout(() => (button.textContent = 'Copy'), 1500)
  }
  button.addEventListener('click', () => void copy())
  return button
}
