import { JSON_MEDIA_TYPE, problem, type Answer } from './answer.ts'

/** Largest request body in bytes. */
export const MAX_BODY_BYTES: number = 64 * 1024

export type JsonBody = { readonly members: Readonly<Record<string, unknown>> } | { readonly refused: Answer }

/**
 * The members of a request's JSON object; none when there is no body. Anything else is refused rather than
 * ignored: a clean-up whose limits were not read would delete with the default ones.
 */
export async function readJsonBody(request: Request): Promise<JsonBody> {
  const bytes = await readBytes(request)
  if (!(bytes instanceof Uint8Array)) return bytes
  if (bytes.length === 0) return { members: {} }
  const media_type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (media_type !== JSON_MEDIA_TYPE) {
    return refused(415, 'Send the parameters in the query, or as a JSON object with its content type.')
  }
  const value = parseJson(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refused(400, 'The request body must be a JSON object.')
  }
  return { members: value as Record<string, unknown> }
}

function refused(status: number, error: string): { refused: Answer } {
  return { refused: problem(status, error) }
}

const tooLarge = (): { refused: Answer } =>
  refused(413, `The request body must not be larger than ${MAX_BODY_BYTES} bytes.`)

async function readBytes(request: Request): Promise<Uint8Array | { refused: Answer }> {
  if (Number(request.headers.get('content-length')) > MAX_BODY_BYTES) return tooLarge()
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body) {
      size += chunk.byteLength
      if (size > MAX_BODY_BYTES) return tooLarge()
      chunks.push(chunk)
    }
  } catch {
    return refused(400, 'The request body ended early.')
  }
  return Buffer.concat(chunks)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
