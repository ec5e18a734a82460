import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpenApiDocument } from '../../src/api/http/openapi.ts'
import { ROUTES } from '../../src/api/routes.ts'
import { sync } from './support/sync-factory.ts'
import { openTestApi, VERSION, type TestApi } from './support/test-api.ts'

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly schema: Readonly<Record<string, unknown>>
}

const SAMPLES: Readonly<Record<string, string>> = {
  id: '1',
  task_id: 'known',
  user_id: '42',
  status: 'failed',
  dry_run: 'true',
  ignore_case: 'true',
  stream: 'operations,errors',
  level: 'warning',
  since: 'yesterday',
  until: '2026-11-22',
  order: 'oldest',
}
/** Not together with others, or only with what an answer gave. */
const LEFT_OUT: ReadonlySet<string> = new Set(['regex', 'cursor', 'after'])

async function openKnownApi(): Promise<TestApi> {
  const api = await openTestApi()
  await api.given(sync.failed({ task_id: 'known' }), sync.completed())
  return api
}

const readDocument = (api: TestApi): Promise<OpenApiDocument> => api.read<OpenApiDocument>('/openapi.json')

test('every route that the app has is documented, and no other', async () => {
  const api = await openKnownApi()
  const { openapi, info, paths } = await readDocument(api)
  assert.equal(openapi, '3.1.0')
  assert.equal(info.version, VERSION)
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const served = api.app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  assert.deepEqual(documented.toSorted(), [...new Set(served)].toSorted())
})

/** Those whose answer has an end. */
const WHOLE_ANSWERS = ROUTES.filter((route) => route.answers[200] ?? route.answers[202])

for (const route of WHOLE_ANSWERS) {
  test(`${route.method} ${route.path} answers as documented, with every parameter at its sample`, async () => {
    const api = await openKnownApi()
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => SAMPLES[name] ?? '1')
    const query = Object.keys(route.parameters)
      .filter((name) => !route.path.includes(`{${name}}`) && !LEFT_OUT.has(name))
      .map((name) => `${name}=${SAMPLES[name] ?? '1'}`)
    for (const address of [path, `${path}?${query.join('&')}`]) {
      api.logs.running = null
      const response = await api.request(address, { method: route.method })
      assert.ok(response.ok, `${address}: ${response.status}`)
      const schema = route.answers[response.status]
      assert.ok(schema, `${response.status} is documented`)
      const body: unknown = await response.json()
      assert.deepEqual(schema.parse(body), body, 'the schema knows every field')
    }
  })
}

test('the defaults and limits of the parameters are documented', async () => {
  const { paths } = await readDocument(await openKnownApi())
  const limitOf = (path: string, name: string): Parameter => {
    const operation = paths[`/api/canvas/metrics${path}`]?.['get'] as { parameters: Parameter[] }
    const parameter = operation.parameters.find((candidate) => candidate.name === name)
    assert.ok(parameter)
    return parameter
  }
  assert.deepEqual(limitOf('/user/{user_id}/syncs', 'limit').schema, {
    type: 'integer',
    minimum: 1,
    maximum: 500,
    default: 50,
  })
  assert.equal(limitOf('/performance', 'days').schema['default'], 30)
  assert.equal(limitOf('/failed', 'limit').schema['maximum'], 100)
  assert.deepEqual(limitOf('/sync/{id}', 'id'), {
    name: 'id',
    in: 'path',
    required: true,
    description: 'The id of the sync',
    schema: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  })
})

test('what can come piece by piece is documented in both of its forms', async () => {
  const { paths } = await readDocument(await openKnownApi())
  const contentOf = (path: string): Record<string, unknown> => {
    const operation = paths[`/api/canvas/metrics${path}`]?.['get'] as {
      responses: Record<string, { content: Record<string, unknown> }>
    }
    return operation.responses['200']?.content ?? {}
  }
  const reference = (name: string): object => ({ schema: { $ref: `#/components/schemas/${name}` } })
  assert.deepEqual(contentOf('/logs/search'), {
    'application/x-ndjson': reference('LogSearchPiece'),
    'application/json': reference('LogSearchResult'),
  })
  assert.deepEqual(contentOf('/logs/tail'), { 'text/event-stream': reference('LogTailEvent') })
})

test('every reference of the document leads somewhere', async () => {
  const document = await readDocument(await openKnownApi())
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)
  const names = new Set([...references].map(([, name]) => name))
  assert.ok(names.has('SyncRecord') && names.has('Problem'))
  for (const name of names) assert.ok(document.components.schemas[name ?? ''], name ?? '')
  assert.doesNotMatch(JSON.stringify(document), /\$defs|\$id|\$schema/)
})
