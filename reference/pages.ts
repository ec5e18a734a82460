import { architecturePage } from './architecture.ts'
import { commandLinePage } from './command-line.ts'
import { configurationPage } from './configuration.ts'
import { httpApiPage } from './http-api.ts'

/** The pages that are made of the program itself, whole or in parts, by their paths from the root. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    'docs/architecture.md': architecturePage(),
    'docs/reference/command-line.md': await commandLinePage(),
    'docs/reference/configuration.md': configurationPage(),
    'docs/reference/http-api.md': httpApiPage(),
  }
}
