import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { exampleOf } from '../../src/api/http/example.ts'
import { openApiDocument, type OpenApiDocument } from '../../src/api/http/openapi.ts'
import { operationId } from '../../src/api/http/openapi-names.ts'
import { ROUTES } from '../../src/api/routes.ts'
import { openTestApi, VERSION, type TestApi } from './support/test-api.ts'

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly description?: string
  readonly schema: Readonly<Record<string, unknown>>
}

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters: readonly Parameter[]
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema: object }> } & object>>
}

const DOCUMENT = openApiDocument(ROUTES, VERSION)
const readDocument = (api: TestApi): Promise<OpenApiDocument> => api.read<OpenApiDocument>('/openapi.json')

function operations(): { path: string; method: string; operation: Operation }[] {
  return Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      return { path, method, operation: operation as unknown as Operation }
    }),
  )
}

function operationOf(path: string, method = 'get'): Operation {
  const found = operations().find((one) => one.path === `/api/canvas/metrics${path}` && one.method === method)
  assert.ok(found, path)
  return found.operation
}

test('every route that the app has is documented, and no other', async () => {
  const api = await openTestApi()
  const { openapi, info, paths } = await readDocument(api)
  assert.equal(openapi, '3.1.0')
  assert.equal(info.version, VERSION)
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const served = api.app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  assert.deepEqual(documented.toSorted(), [...new Set(served)].toSorted())
})

test('the document is the same at every request, and is sent again only when it has changed', async () => {
  const api = await openTestApi()
  const [first, second] = [await api.request('/openapi.json'), await api.request('/openapi.json')]
  const etag = first.headers.get('etag') ?? ''
  assert.match(etag, /^"/)
  assert.equal(second.headers.get('etag'), etag)
  assert.equal(await first.text(), JSON.stringify(openApiDocument(ROUTES, VERSION)))
  const again = await api.request('/openapi.json', { headers: { 'if-none-match': etag } })
  assert.equal(again.status, 304)
  const reversed = openApiDocument(ROUTES.toReversed(), VERSION)
  assert.deepEqual(Object.keys(reversed.paths), Object.keys(DOCUMENT.paths))
  assert.deepEqual(Object.keys(reversed.components.schemas), Object.keys(DOCUMENT.components.schemas))
})

test('every operation has a name of its own, a noun, a sentence and what its parameters mean', () => {
  const ids = operations().map(({ operation }) => operation.operationId)
  assert.equal(new Set(ids).size, ids.length)
  const nouns = new Set(DOCUMENT.tags.map(({ name }) => name))
  for (const { path, operation } of operations()) {
    assert.match(operation.operationId, /^[a-z][A-Za-z0-9]*$/)
    assert.equal(operation.tags.length, 1)
    for (const noun of operation.tags) assert.ok(nouns.has(noun))
    assert.ok(operation.summary.length > 5)
    for (const { name, description } of operation.parameters) {
      assert.ok(description, `${path}: say in the meta of "${name}" what it is`)
    }
  }
})

test('operations are named after what stands in their path', () => {
  const named = (method: 'GET' | 'POST', path: string): string => operationId({ method, path })
  assert.equal(named('GET', '/api/canvas/metrics/sync/{id}/status-changes'), 'getSyncStatusChangesById')
  assert.equal(named('GET', '/api/canvas/metrics/sync/task/{task_id}'), 'getSyncTaskByTaskId')
  assert.equal(named('POST', '/api/canvas/metrics/logs/cleanup'), 'postLogsCleanup')
  assert.equal(named('GET', '/openapi.json'), 'getOpenapiJson')
  assert.equal(named('GET', '/syncs/{id}'), 'getDashboardSyncsById')
  assert.equal(named('GET', '/'), 'getDashboard')
})

test('the parameters of a path are those that its operations have there', () => {
  for (const { path, operation } of operations()) {
    const in_path = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
    const described = operation.parameters.filter((parameter) => parameter.in === 'path')
    assert.deepEqual(described.map(({ name }) => name).toSorted(), in_path.toSorted(), path)
    assert.ok(described.every(({ required }) => required))
    const names = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
    assert.equal(new Set(names).size, names.length)
  }
})

test('each operation says who may ask, by a scheme that is described', () => {
  const schemes = Object.keys(DOCUMENT.components.securitySchemes)
  for (const { access, path, method, knows_caller } of ROUTES) {
    const found = operations().find((one) => one.path === path && one.method === method.toLowerCase())
    const scopes = found?.operation.security.flatMap((alternative) => Object.entries(alternative)) ?? []
    assert.equal(scopes.length === 0, access === 'public' && knows_caller !== true, path)
    // One that is empty says that nothing needs to be shown.
    const is_open = found?.operation.security.some((alternative) => Object.keys(alternative).length === 0)
    assert.equal(is_open === true, knows_caller === true, path)
    for (const [scheme, roles] of scopes) {
      assert.ok(schemes.includes(scheme))
      assert.deepEqual(roles, access === 'any' ? [] : [knows_caller === true ? 'read' : access])
    }
    // A cookie is not enough for what a picture could ask for.
    const with_cookie = scopes.some(([scheme]) => scheme === 'session')
    assert.equal(with_cookie, scopes.length > 0 && !(access === 'ingest' && method === 'GET'), path)
  }
})

test('the defaults and limits of the parameters are documented', () => {
  const parameterOf = (path: string, name: string): Parameter => {
    const parameter = operationOf(path).parameters.find((candidate) => candidate.name === name)
    assert.ok(parameter)
    return parameter
  }
  assert.deepEqual(parameterOf('/user/{user_id}/syncs', 'limit').schema, {
    type: 'integer',
    minimum: 1,
    maximum: 500,
    default: 50,
  })
  assert.equal(parameterOf('/performance', 'days').schema['default'], 30)
  assert.equal(parameterOf('/failed', 'limit').schema['maximum'], 100)
  assert.deepEqual(parameterOf('/sync/{id}', 'id'), {
    name: 'id',
    in: 'path',
    required: true,
    description: 'The id of the sync',
    schema: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    example: 1284,
  })
})

test('what can come piece by piece is documented in both of its forms', () => {
  const formsOf = (path: string): Record<string, object> =>
    Object.fromEntries(
      Object.entries(operationOf(path).responses['200']?.content ?? {}).map(([type, { schema }]) => [
        type,
        schema,
      ]),
    )
  const reference = (name: string): object => ({ $ref: `#/components/schemas/${name}` })
  assert.deepEqual(formsOf('/logs/search'), {
    'application/x-ndjson': reference('LogSearchPiece'),
    'application/json': reference('LogSearchResult'),
  })
  assert.deepEqual(formsOf('/logs/tail'), { 'text/event-stream': reference('LogTailEvent') })
})

test('every reference of the document leads somewhere, and every component is used', () => {
  const text = JSON.stringify(DOCUMENT)
  const used = new Set(
    [...text.matchAll(/"\$ref":"#\/components\/(\w+\/[\w-]+)"/g)].map(([, name]) => name ?? ''),
  )
  assert.ok(used.has('schemas/SyncRecord') && used.has('responses/NotFound') && used.has('headers/ETag'))
  const { schemas, responses, headers } = DOCUMENT.components
  const known = Object.entries({ schemas, responses, headers }).flatMap(([kind, members]) =>
    Object.keys(members).map((name) => `${kind}/${name}`),
  )
  assert.deepEqual(
    [...used].filter((name) => !known.includes(name)),
    [],
  )
  assert.deepEqual(
    known.filter((name) => !used.has(name) && !name.startsWith('schemas/')),
    [],
  )
  assert.doesNotMatch(text, /"\$(?:defs|id|schema)":/)
})

test('every schema has an example, and accepts it', () => {
  const schemas = ROUTES.flatMap(({ answers, streams = {}, body = {} }) => [
    ...Object.values(answers),
    ...Object.values(streams),
    ...Object.values(body),
  ])
  for (const schema of new Set(schemas)) {
    const example = exampleOf(schema)
    const result = schema.safeParse(example)
    assert.ok(result.success, `${schema.meta()?.title}: ${JSON.stringify(result.error?.issues)}`)
    assert.deepEqual(exampleOf(schema), example)
  }
})

test('an example is made of what the schema is made of, and refused when it cannot be', () => {
  const example = exampleOf(
    z.object({
      sync_task_id: z.string(),
      user_id: z.union([z.string(), z.int()]).nullable(),
      kind: z.enum(['a', 'b']),
      at: z.iso.datetime(),
      list: z.array(z.object({ count: z.int() })),
      left_out: z.string().optional(),
      least: z.int().min(40),
    }),
  )
  assert.deepEqual(example, {
    sync_task_id: 'nightly-2026-11-22-42',
    user_id: 42,
    kind: 'a',
    at: '2026-11-22T10:15:00.000Z',
    list: [{ count: 1 }],
    least: 42,
  })
  assert.throws(() => exampleOf(z.string().regex(/^x{40}$/), 'odd'), /No example can be made of odd/)
  assert.equal(
    exampleOf(
      z
        .string()
        .regex(/^x{3}$/)
        .meta({ examples: ['xxx'] }),
    ),
    'xxx',
  )
})

test('whatever takes a cursor answers the next one as next_cursor, and nothing as cursor', () => {
  const paged = operations().filter(({ operation }) =>
    operation.parameters.some((parameter) => parameter.name === 'cursor'),
  )
  assert.ok(paged.length >= 6)
  for (const { path, operation } of paged) {
    const { schema } = operation.responses['200']?.content?.['application/json'] ?? assert.fail(path)
    const [reference] = Object.values(schema) as readonly string[]
    const name = reference?.split('/').at(-1) ?? ''
    const { properties = {} } = DOCUMENT.components.schemas[name] as { properties?: object }
    assert.ok(Object.hasOwn(properties, 'next_cursor'), path)
    assert.ok(!Object.hasOwn(properties, 'cursor'), path)
  }
})
