import { problem, type Answer } from '../http/answer.ts'
import { dashboardPage } from './dashboard-page.ts'

/** What is for programs, and answers them as they expect; also where there is nothing. */
const NOT_PAGES = /^\/(?:api|docs|assets)(?:\/|$)/

/**
 * At an address that is none: the dashboard says so to a person who opens it, and a problem to everybody else.
 *
 * @param path the one below the base path
 */
export async function answerNowhere(request: Request, path: string, base_path: string): Promise<Answer> {
  const nothing = problem(404, 'There is nothing at this address.')
  if (NOT_PAGES.test(path) || !['GET', 'HEAD'].includes(request.method)) return nothing
  const vary = { vary: 'accept' }
  const page = opensPages(request.headers.get('accept')) ? await dashboardPage(base_path) : null
  if (page === null) return { ...nothing, headers: { ...nothing.headers, ...vary } }
  return { ...page, status: 404, headers: { ...page.headers, ...vary } }
}

/** Browsers name it when a person opens an address; scripts and programs do not. */
function opensPages(accept: string | null): boolean {
  const ranges = (accept ?? '').toLowerCase().split(',')
  return ranges.some((range) => /^\s*text\/html\s*(?:;(?!\s*q=0(?:\.0*)?\s*$).*)?$/.test(range))
}
