import { openApiDocument, type OpenApiDocument } from '../src/api/http/openapi.ts'
import { ROUTES } from '../src/api/routes.ts'
import { code, compactJson, pageHead, table } from './markdown.ts'

type Described = Readonly<Record<string, unknown>>

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly security: readonly { readonly token?: readonly string[] }[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> }
  readonly responses: Readonly<Record<string, Answer>>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description?: string
  readonly schema: Described
}

interface Answer {
  readonly $ref?: string
  readonly description?: string
  readonly content?: Readonly<Record<string, Content>>
}

interface Content {
  readonly schema?: Described
  readonly example?: unknown
}

const HEAD = [
  'Every route, as `/openapi.json` describes it; `/docs` of a running server is the same to try. How to use them is in',
  '[HTTP API](../http-api.md). The examples are made up, and of the form that the tests hold each real answer against.',
  '',
  'Access is the scope that a token needs: `read`, `ingest`, `admin`; `any` is whoever has a token; `public` is everybody. A',
  'server on loopback asks for none. An answer of 400 and more is a problem (RFC 9457) that also has `error`, one sentence.',
]

/** What most readers look for; the others follow by name. */
const FIRST = ['syncs', 'freshness', 'errors', 'incidents', 'figures', 'users', 'logs', 'schedules']

/** The longest example that is shown. */
const MOST_LINES = 60

/** docs/reference/http-api.md */
export function httpApiPage(): string {
  const document = openApiDocument(ROUTES, '0')
  const nouns = Map.groupBy(operationsOf(document), ({ operation }) => operation.tags[0] ?? '')
  const rank = (noun: string): number => (FIRST.indexOf(noun) + FIRST.length + 1) % (FIRST.length + 1)
  const parts = [...nouns].sort(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1))
  return [
    ...pageHead('HTTP API: all routes', HEAD),
    parts.map(([noun]) => `[${noun}](#${noun})`).join(' · '),
    '',
    ...parts.flatMap(([noun, operations]) => [`## ${noun}`, '', ...operations.flatMap(describe)]),
  ]
    .join('\n')
    .replaceAll(/\n+$/g, '\n')
}

interface Routed {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

const operationsOf = ({ paths }: OpenApiDocument): Routed[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation: operation as unknown as Operation,
    })),
  )

function describe({ method, path, operation }: Routed): string[] {
  const { summary, parameters, requestBody, responses } = operation
  return [
    `### ${method} ${path}`,
    '',
    `${summary}. Access: ${code(accessOf(operation))}.`,
    '',
    ...parameterTable(parameters),
    ...(requestBody === undefined ? [] : bodyLines(requestBody.content)),
    `Answers: ${Object.keys(responses).map(code).join(', ')}${textsOf(responses)}.`,
    '',
    ...exampleOf(responses),
  ]
}

function accessOf({ security }: Operation): string {
  const [first] = security
  if (first !== undefined && Object.keys(first).length === 0) {
    return `public, and tells more with ${security[1]?.token?.[0] ?? 'a token'}`
  }
  return first === undefined ? 'public' : (first.token?.[0] ?? 'any')
}

const parameterTable = (parameters: readonly Parameter[]): string[] =>
  table(
    ['parameter', 'is', 'form', 'default'],
    parameters.map(({ name, description = '', required, schema, in: place }) => [
      `${code(name)}${required && place === 'query' ? ' (needed)' : ''}`,
      description,
      formOf(schema),
      schema['default'] === undefined ? '' : code(JSON.stringify(schema['default'])),
    ]),
  )

function bodyLines(content: Readonly<Record<string, Content>>): string[] {
  const [found] = Object.entries(content)
  if (found === undefined) return []
  const [media_type, { schema = {}, example }] = found
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Described>)
  return [
    `Body: ${Object.keys(content).map(code).join(', ')}.`,
    '',
    ...table(
      ['member', 'is', 'form', 'default'],
      properties.map(([name, part]) => [
        code(name),
        textOf(part['description']),
        formOf(part),
        part['default'] === undefined ? '' : code(JSON.stringify(part['default'])),
      ]),
    ),
    ...(media_type === 'application/json' && example !== undefined ? jsonBlock(example) : []),
  ]
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** In a few words: `1 to 500`, `one of a, b`, `text of up to 255`. */
function formOf(schema: Described): string {
  const values = schema['enum'] ?? (schema['items'] as Described | undefined)?.['enum']
  if (Array.isArray(values))
    return `${schema['type'] === 'array' ? 'some' : 'one'} of ${values.map(String).join(', ')}`
  const { type, minimum, maximum, maxLength } = schema
  if (type === 'integer' || type === 'number') {
    const least = typeof minimum === 'number' ? minimum : undefined
    const most = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined
    if (least !== undefined && most !== undefined) return `${least} to ${most}`
    if (most !== undefined) return `up to ${most}`
    return least === undefined ? 'number' : `number from ${least}`
  }
  if (type === 'boolean') return 'true or false'
  if (type === 'array') return 'list, with commas'
  if (type === 'object') return 'object'
  return typeof maxLength === 'number' ? `text of up to ${maxLength}` : 'text'
}

/** Answers that are no JSON. */
function textsOf(responses: Readonly<Record<string, Answer>>): string {
  const types = new Set(
    Object.values(responses).flatMap(({ content = {} }) =>
      Object.keys(content).filter((type) => !type.includes('json')),
    ),
  )
  return types.size === 0 ? '' : `; also as ${[...types].map(code).join(', ')}`
}

function exampleOf(responses: Readonly<Record<string, Answer>>): string[] {
  const [, answer] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? []
  const example = answer?.content?.['application/json']?.example
  return example === undefined ? [] : jsonBlock(example)
}

function jsonBlock(value: unknown): string[] {
  const lines = compactJson(value).split('\n')
  return lines.length > MOST_LINES ? [] : ['```json', ...lines, '```', '']
}
