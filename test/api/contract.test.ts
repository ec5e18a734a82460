import assert from 'node:assert/strict'
import { request } from 'node:http'
import { suite, test } from 'node:test'
import { INGEST_LIMITS } from '../../src/core/ingest-event.ts'
import { MAX_BODY_BYTES } from '../../src/api/http/json-body.ts'
import { PROBLEM_MEDIA_TYPE, problemSchema } from '../../src/api/http/answer.ts'
import { exampleOf } from '../../src/api/http/example.ts'
import type { OpenApiDocument } from '../../src/api/http/openapi.ts'
import { takesParametersAsBody } from '../../src/api/http/openapi-bodies.ts'
import { problemStatuses } from '../../src/api/http/openapi-problems.ts'
import { isInPath, takesBody, type Route } from '../../src/api/http/route.ts'
import { ROUTES } from '../../src/api/routes.ts'
import { SCENARIOS, type Scenario } from './support/contract-scenarios.ts'
import { openContractWorld } from './support/contract-world.ts'
import { EventReader } from './support/event-reader.ts'

const world = await openContractWorld()
const document = (await (await fetch(`${world.url}/openapi.json`)).json()) as OpenApiDocument

const nameOf = ({ method, path }: Route): string => `${method} ${path}`
const WHERE = 'test/api/support/contract-scenarios.ts'

interface DocumentedAnswer {
  readonly content?: Readonly<Record<string, object>>
  readonly headers?: Readonly<Record<string, object>>
}

function documented(route: Route, status: number): DocumentedAnswer {
  const operation = document.paths[route.path]?.[route.method.toLowerCase()] as {
    responses: Record<string, DocumentedAnswer & { $ref?: string }>
  }
  const answer = operation.responses[status]
  assert.ok(answer, `${nameOf(route)} answers ${status}, which its documentation does not name`)
  const name = answer.$ref?.split('/').at(-1)
  return name === undefined ? answer : (document.components.responses[name] as DocumentedAnswer)
}

/** The path of the route, about what there is. */
function addressOf(route: Route): string {
  const known: Readonly<Record<string, unknown>> = {
    id: world.sync_id,
    task_id: world.task_id,
    user_id: '42',
  }
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const schema = route.parameters[name]
    return encodeURIComponent(String(known[name] ?? (schema === undefined ? '1' : exampleOf(schema, name))))
  })
  const query = new URLSearchParams()
  for (const [name, schema] of Object.entries(route.parameters)) {
    const needed = !isInPath(route, name) && !schema.safeParse(undefined).success
    if (needed && !takesParametersAsBody(route)) query.set(name, String(exampleOf(schema, name)))
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`
}

async function ask(route: Route, scenario: Scenario, url: string = world.url): Promise<Response> {
  const { address = addressOf(route), accept, body, token = 'admin' } = scenario
  const headers: Record<string, string> = {}
  if (accept !== undefined) headers['accept'] = accept
  if (token !== 'none') headers['authorization'] = `Bearer ${world.tokens[token]}`
  const given: object | undefined = typeof body === 'function' ? body(world) : body
  const init: RequestInit = { method: route.method, headers, signal: AbortSignal.timeout(60_000) }
  if (given !== undefined) {
    const as_is = 'media_type' in given ? (given as { text: string; media_type: string }) : null
    headers['content-type'] = as_is?.media_type ?? 'application/json'
    init.body = as_is?.text ?? JSON.stringify(given)
  }
  return await fetch(`${url}${typeof address === 'function' ? await address(world) : address}`, init)
}

/** What every answer may have, documented or not. */
const COMMON_HEADERS: ReadonlySet<string> = new Set(
  `cache-control connection content-encoding content-length content-security-policy content-type
   date cross-origin-resource-policy keep-alive referrer-policy transfer-encoding vary
   x-accel-buffering x-content-type-options set-cookie location www-authenticate ratelimit
   ratelimit-policy`.split(/\s+/),
)
/** Documented, and absent where there is nothing to say. */
const AT_TIMES: ReadonlySet<string> = new Set(['link', 'ratelimit', 'ratelimit-policy', 'retry-after'])

/** That an answer is as documented: status, media type, headers, body. */
async function assertAsDocumented(route: Route, response: Response): Promise<void> {
  const { status, headers } = response
  const { content = {}, headers: named = {} } = documented(route, status)
  const media_type = headers.get('content-type')?.split(';')[0] ?? ''
  assert.ok(
    content[media_type],
    `${status} is documented as ${Object.keys(content).join()}, not ${media_type}`,
  )
  const names = new Set(Object.keys(named).map((name) => name.toLowerCase()))
  for (const name of names) {
    if (!AT_TIMES.has(name)) assert.ok(headers.has(name), `${status} is documented with the header ${name}`)
  }
  for (const name of headers.keys()) {
    assert.ok(names.has(name) || COMMON_HEADERS.has(name), `${status} has the header ${name}, undocumented`)
  }
  await assertBody(route, response, media_type)
}

async function assertBody(route: Route, response: Response, media_type: string): Promise<void> {
  const { status } = response
  const piece = status === 200 ? route.streams?.[media_type] : undefined
  if (media_type === 'text/event-stream') {
    const reader = new EventReader(response)
    const event = await reader.next()
    assert.ok(piece)
    piece.parse(JSON.parse(event?.data ?? ''))
    await reader.close()
  } else if (piece !== undefined) {
    const lines = (await response.text()).trim().split('\n')
    for (const line of lines) assert.deepEqual(piece.parse(JSON.parse(line)), JSON.parse(line))
  } else if (
    (status === 201 ? route.created_texts : route.texts)?.[media_type] !== undefined &&
    status < 300
  ) {
    assert.notEqual(await response.text(), '')
  } else {
    const of_problem = media_type === PROBLEM_MEDIA_TYPE
    const schema = of_problem ? problemSchema : (route.answers[status] ?? problemSchema)
    const body: unknown = await response.json()
    assert.deepEqual(schema.parse(body), body, 'the schema knows every member')
  }
}

async function play(route: Route, scenario: Scenario): Promise<string> {
  const undo = await scenario.given?.(world)
  try {
    const response = await ask(route, scenario)
    const media_type = response.headers.get('content-type')?.split(';')[0] ?? ''
    if (response.status !== scenario.status) assert.fail(`${response.status}: ${await response.text()}`)
    await assertAsDocumented(route, response)
    return `${response.status} ${response.status === 200 ? media_type : ''}`.trim()
  } finally {
    undo?.()
  }
}

/** The answers that a route documents of its own, which its scenarios must bring about. */
function ownAnswers(route: Route): string[] {
  const everybodys = new Set(problemStatuses(route))
  const statuses = Object.keys(route.answers).map(Number)
  const own = statuses.filter((status) => !everybodys.has(status) && status !== 200).map(String)
  const texts = Object.keys(route.texts ?? {}).filter((type) => type !== 'text/plain' || statuses.length > 0)
  const forms = [
    ...Object.keys(route.streams ?? {}),
    ...texts,
    ...(statuses.includes(200) ? ['application/json'] : []),
  ]
  if (route.created_texts !== undefined) own.push('201')
  return [...own, ...forms.map((form) => `200 ${form}`)]
}

suite('own answers', () => {
  for (const route of ROUTES) {
    const name = nameOf(route)
    test(`${name} answers all that it documents, as it documents it`, async () => {
      const scenarios = SCENARIOS[name]
      const wanted = ownAnswers(route)
      assert.ok(scenarios, `add to ${WHERE}: ['${name}']: [a scenario for each of ${wanted.join(', ')}]`)
      const brought = new Set<string>()
      for (const scenario of scenarios) brought.add(await play(route, scenario))
      for (const answer of wanted) {
        assert.ok(
          brought.has(answer),
          `add to '${name}' in ${WHERE} a scenario that is answered with ${answer}`,
        )
      }
    })
  }

  test('no scenario is left of a route that is gone', () => {
    const names = new Set(ROUTES.map(nameOf))
    for (const name of Object.keys(SCENARIOS)) assert.ok(names.has(name), `remove '${name}' from ${WHERE}`)
  })
})

/** How to be refused, by any route that documents it. */
const REFUSALS: Readonly<Record<number, (route: Route) => Promise<Response>>> = {
  400: (route) => badRequest(route),
  401: (route) =>
    // There the token is in the path or in the body.
    route.token_in_path === undefined
      ? ask(route, { status: 401, token: 'none' })
      : ask(route, { status: 401, token: 'none', address: '/api/1/cron/nightly/csm_wrong/?status=ok' }),
  403: (route) => {
    const wrong = route.access === 'read' ? 'ingest' : 'read'
    if (route.access !== 'public' && route.access !== 'any') return ask(route, { status: 403, token: wrong })
    return fromAnotherSite(route)
  },
  413: (route) => {
    const most_bytes = route.reads_body === true ? INGEST_LIMITS.body_bytes : MAX_BODY_BYTES
    return ask(route, {
      status: 413,
      body: { text: ' '.repeat(most_bytes + 1), media_type: 'application/json' },
    })
  },
  415: (route) => ask(route, { status: 415, body: { text: 'a,b', media_type: 'text/csv' } }),
  421: (route) => otherHost(route),
  429: (route) => ask(route, { status: 429, token: 'none' }, world.tight_url),
  500: (route) => ask(route, { status: 500, ...bodyOf(route), token: 'none' }, world.broken_url),
  503: (route) => ask(route, { status: 503 }, world.starting_url),
}

const bodyOf = (route: Route): Pick<Scenario, 'body'> => {
  const body = SCENARIOS[nameOf(route)]?.find((scenario) => scenario.body !== undefined)?.body
  return body === undefined ? {} : { body }
}

function badRequest(route: Route): Promise<Response> {
  return ask(route, { status: 400, address: `${addressOf(route)}%zz` })
}

async function fromAnotherSite(route: Route): Promise<Response> {
  const headers = { authorization: `Bearer ${world.tokens.admin}`, 'sec-fetch-site': 'cross-site' }
  return await fetch(`${world.url}${addressOf(route)}`, { method: route.method, headers })
}

async function otherHost(route: Route): Promise<Response> {
  return await new Promise((resolve, reject) => {
    const headers = { host: 'evil.example', connection: 'close' }
    const outgoing = request(
      `${world.url}${addressOf(route)}`,
      { method: route.method, headers },
      (incoming) => {
        const given = new Headers(
          Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
        )
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () => {
          resolve(new Response(Buffer.concat(chunks), { status: incoming.statusCode ?? 0, headers: given }))
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

suite('refusals', () => {
  for (const route of ROUTES) {
    test(`${nameOf(route)} refuses in every way that it documents, and in no other`, async () => {
      const statuses = problemStatuses(route)
      for (const status of statuses)
        assert.ok(REFUSALS[status], `say in REFUSALS how a route comes to ${status}`)
      for (const [text, refuse] of Object.entries(REFUSALS)) {
        const status = Number(text)
        const of_body = status === 413 || status === 415
        if (!statuses.includes(status) && ((of_body && !takesBody(route)) || route.answers[status])) continue
        const response = await refuse(route)
        if (statuses.includes(status)) {
          if (response.status !== status) assert.fail(`not ${status} but ${await response.text()}`)
          await assertAsDocumented(route, response)
        } else {
          assert.notEqual(response.status, status, `it is refused with ${status}, undocumented`)
          await response.body?.cancel()
        }
      }
    })
  }
})

suite('examples of parameters', () => {
  for (const route of ROUTES) {
    test(`${nameOf(route)} takes the examples of its parameters and of its body`, async () => {
      const operation = document.paths[route.path]?.[route.method.toLowerCase()] as {
        parameters: { name: string; in: string; example?: unknown }[]
        requestBody?: { content: Record<string, { example?: unknown }> }
      }
      for (const { name, in: place, example } of operation.parameters) {
        if (place !== 'query' || example === undefined) continue
        const address = `${addressOf(route).split('?')[0] ?? ''}?${name}=${encodeURIComponent(example as string)}`
        const response = await ask(route, { status: 200, address, token: 'admin' })
        const problem = response.status === 400 ? ((await response.json()) as { parameter?: string }) : null
        if (problem === null) await response.body?.cancel()
        assert.notEqual(problem?.parameter, name, `the example of ${name} is refused`)
      }
      for (const [media_type, { example }] of Object.entries(operation.requestBody?.content ?? {})) {
        // Not one that another example has begun already.
        const whole = typeof example === 'string' ? example : JSON.stringify(example)
        const text = whole.replaceAll('nightly-42', crypto.randomUUID())
        const response = await ask(route, { status: 200, body: { text, media_type } })
        // A token that is made up is no right one.
        if (response.status === 401 || response.status === 404) continue
        assert.ok(response.ok, `the example of ${media_type} is refused: ${await response.text()}`)
        world.logs.running = null
      }
    })
  }
})
