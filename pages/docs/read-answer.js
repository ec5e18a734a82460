import { element, table } from './element.js'

/** Of an answer without an end only what came last is shown. */
const MOST_CHARACTERS = 200_000

/** Sends the request and shows the answer in `place` as it comes; resolves when it has ended or was stopped. */
export async function readAnswer(place, url, init) {
  const started = performance.now()
  const status = element('b', {}, 'Waiting …')
  const time = element('span')
  const size = element('span')
  const body = element('pre', { tabindex: 0, 'aria-label': 'Body of the answer' })
  const headers = element('div')
  place.replaceChildren(element('p', { class: 'line' }, status, time, size), headers, body)
  const elapsed = () => `${(performance.now() - started).toFixed(0)} ms`
  try {
    const response = await fetch(url, init)
    status.textContent = `${response.status} ${response.statusText}`.trim()
    status.classList.toggle('bad', response.status >= 400)
    time.textContent = elapsed()
    headers.replaceChildren(headersView(response.headers))
    const bytes = await readBody(response, body)
    size.textContent = `${bytes.toLocaleString('en')} bytes`
    time.textContent = elapsed()
  } catch (error) {
    if (init.signal.aborted) size.textContent = `stopped after ${elapsed()}`
    else {
      status.textContent = 'No answer'
      status.classList.add('bad')
      body.textContent = String(error?.message ?? error)
    }
  }
}

function headersView(headers) {
  const rows = [...headers].map(([name, value]) =>
    element('tr', {}, element('th', { scope: 'row' }, name), element('td', { class: 'mono' }, value)),
  )
  return element(
    'details',
    {},
    element('summary', {}, `${rows.length} headers`),
    table('Headers of the answer', ['Header', 'Value'], rows),
  )
}

async function readBody(response, place) {
  if (response.body === null) return 0
  const decoder = new TextDecoder()
  const streams = /event-stream|ndjson/.test(response.headers.get('content-type') ?? '')
  let text = ''
  let bytes = 0
  for await (const chunk of chunksOf(response.body)) {
    bytes += chunk.byteLength
    text += decoder.decode(chunk, { stream: true })
    if (!streams) continue
    text = text.slice(-MOST_CHARACTERS)
    place.textContent = text
    place.scrollTop = place.scrollHeight
  }
  if (!streams) place.textContent = pretty(text)
  return bytes
}

async function* chunksOf(body) {
  const reader = body.getReader()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value
}

function pretty(text) {
  const shown = (whole) =>
    whole.length > MOST_CHARACTERS
      ? `${whole.slice(0, MOST_CHARACTERS)}\n… ${whole.length - MOST_CHARACTERS} more`
      : whole
  try {
    return shown(JSON.stringify(JSON.parse(text), null, 2))
  } catch {
    return shown(text)
  }
}
