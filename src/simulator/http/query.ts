import { CanvasError } from './canvas-error.ts'

/** Query parameters as Rails reads them: `name[]=a&name[]=b` is a list, `name[0]=a` a hash. */
export class Query {
  readonly pairs: readonly (readonly [string, string])[]

  constructor(search: string) {
    this.pairs = [...new URLSearchParams(search)]
  }

  get(name: string): string | undefined {
    return this.pairs.findLast(([key]) => key === name)?.[1]
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  /** A single `name=a` counts as a list of one; where a list is expected, a hash breaks Canvas. */
  list(name: string): string[] {
    if (this.pairs.some(([key]) => key.startsWith(`${name}[`) && key !== `${name}[]`)) {
      throw CanvasError.internal()
    }
    return this.pairs.filter(([key]) => key === `${name}[]` || key === name).map(([, value]) => value)
  }

  isTrue(name: string): boolean {
    return isTruthy(this.get(name))
  }
}

export function isTruthy(value: string | undefined): boolean {
  return value !== undefined && ['true', 't', 'yes', 'y', '1', 'on'].includes(value.toLowerCase())
}
