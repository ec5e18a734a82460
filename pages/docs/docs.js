import { element } from './element.js'
import { operationView } from './operation-view.js'

const byId = (id) => document.getElementById(id)
const token = byId('token')
const search = byId('search')
const main = byId('operation')

/** In memory only: it is gone with the page. */
const readToken = () => token.value.trim()

async function start() {
  const response = await fetch('openapi.json', { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(`The description could not be read: ${response.status}.`)
  const description = await response.json()
  byId('version').textContent = `version ${description.info.version}`
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      path,
      method: method.toUpperCase(),
    })),
  )
  const choose = () => {
    const id = decodeURIComponent(location.hash.slice(1))
    const chosen = operations.find(({ operationId }) => operationId === id)
    show(description, chosen ?? operations[0], chosen !== undefined)
  }
  addEventListener('hashchange', choose)
  search.addEventListener('input', () => list(operations))
  search.addEventListener('keydown', (event) => {
    const first = byId('routes').querySelector('a')
    if (event.key === 'Enter') first?.click()
    if (event.key === 'ArrowDown') first?.focus()
    if (event.key === 'ArrowDown' || event.key === 'Enter') event.preventDefault()
  })
  byId('routes').addEventListener('keydown', moveFocus)
  addEventListener('keydown', (event) => {
    const typing = /^(?:INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName ?? '')
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    search.focus()
  })
  list(operations)
  choose()
}

function moveFocus(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const links = [...byId('routes').querySelectorAll('a')]
  const next = links[links.indexOf(document.activeElement) + step]
  event.preventDefault()
  ;(next ?? search).focus()
}

function list(operations) {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
  const text = ({ method, path, summary, tags, parameters = [] }) =>
    [method, path, summary, ...tags, ...parameters.map(({ name }) => name)].join(' ').toLowerCase()
  const found = operations.filter((operation) => words.every((word) => text(operation).includes(word)))
  const nouns = [...new Set(found.flatMap(({ tags }) => tags))].sort((a, b) => a.localeCompare(b))
  const routes = found.length === 1 ? '1 route' : `${found.length} routes`
  byId('found').textContent = words.length === 0 ? routes : `${routes} found`
  byId('routes').replaceChildren(
    ...nouns.flatMap((noun) => [
      element('h2', { id: `noun-${noun}` }, noun),
      element(
        'ul',
        { 'aria-labelledby': `noun-${noun}` },
        ...found.filter(({ tags }) => tags.includes(noun)).map(routeLink),
      ),
    ]),
  )
  markCurrent()
}

function routeLink({ method, path, operationId, summary }) {
  const short = path.replace(/^\/api\/canvas\/metrics/, '')
  return element(
    'li',
    {},
    element(
      'a',
      { href: `#${operationId}`, title: summary, 'data-id': operationId },
      element('span', { class: 'method' }, method),
      short,
    ),
  )
}

let current = ''

function markCurrent() {
  for (const link of byId('routes').querySelectorAll('a')) {
    if (link.dataset.id === current) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
}

function show(description, operation, chosen) {
  current = operation.operationId
  markCurrent()
  main.replaceChildren(...operationView(description, operation, readToken))
  document.title = `${operation.summary} – canvas-sync-monitor API`
  if (!chosen) return
  scrollTo(0, matchMedia('(max-width: 860px)').matches ? main.offsetTop : 0)
  main.focus({ preventScroll: true })
}

start().catch((error) => {
  main.replaceChildren(element('p', {}, String(error?.message ?? error)))
})
