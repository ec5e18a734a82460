import type { JsonObject } from '../json.ts'

/** An error answer that Canvas itself makes, as JSON. */
export class CanvasError extends Error {
  readonly status: number
  readonly body: JsonObject
  /** Present exactly when the token is the problem. */
  readonly blames_token: boolean

  constructor(status: number, body: JsonObject, blames_token = false) {
    super(`Canvas answers ${status}`)
    this.name = 'CanvasError'
    this.status = status
    this.body = body
    this.blames_token = blames_token
  }

  static notFound(): CanvasError {
    return new CanvasError(404, { errors: [{ message: 'The specified resource does not exist.' }] })
  }

  /** What a bookmarked list says to `page=2`. */
  static invalidPage(): CanvasError {
    return new CanvasError(404, { errors: [{ message: 'An error occurred.', error_code: 'not_found' }] })
  }

  static badRequest(error: string): CanvasError {
    return new CanvasError(400, { error })
  }

  static internal(error_report_id = 81_233_407): CanvasError {
    return new CanvasError(500, {
      errors: [{ message: 'An error occurred.', error_code: 'internal_server_error' }],
      error_report_id,
    })
  }
}
