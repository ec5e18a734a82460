import { z } from 'zod'
import { problem, problemSchema, type Answer } from '../http/answer.ts'
import { get, type Route } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { dashboardFiles } from './dashboard-files.ts'
import { dashboardPage } from './dashboard-page.ts'

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

const asset: z.ZodType<string> = z
  .string({ error: 'the name of a file' })
  .regex(/^[\w.-]{1,100}$/, { error: 'the name of a file' })
  .meta({ description: 'A file of the dashboard, as its page names it', examples: ['index-abc123.js'] })

const NOT_BUILT =
  'The dashboard is not built here: run npm run build:dashboard in the checkout, then ask again.'

async function answerPage(_input: unknown, { base_path = '' }: ApiServices): Promise<Answer> {
  return (await dashboardPage(base_path)) ?? problem(404, NOT_BUILT)
}

async function answerAsset({ asset: name }: { readonly asset: string }): Promise<Answer> {
  const body = (await dashboardFiles())?.assets.get(name)
  const media_type = MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)]
  if (body === undefined || media_type === undefined) return problem(404, 'The dashboard has no such file.')
  return {
    status: 200,
    body,
    media_type,
    headers: { 'cache-control': 'public, max-age=31536000, immutable' },
  }
}

/** Whether there is such a sync or user, the page itself finds out and says. */
const named: z.ZodType<string> = z.string().meta({ description: 'What the page is about', examples: ['42'] })

const PAGES: readonly (readonly [path: string, summary: string])[] = [
  ['/', 'The dashboard'],
  ['/syncs', 'The page of the dashboard that lists syncs'],
  ['/syncs/{id}', 'The page of the dashboard about one sync'],
  ['/errors', 'The page of the dashboard about errors'],
  ['/incidents', 'The page of the dashboard that lists incidents'],
  ['/incidents/{id}', 'The page of the dashboard about one incident'],
  ['/schedules', 'The page of the dashboard about schedules'],
  ['/notifications', 'The page of the dashboard about notifications'],
  ['/reports', 'The page of the dashboard about reports'],
  ['/performance', 'The page of the dashboard about performance'],
  ['/logs', 'The page of the dashboard that shows the logs'],
  ['/users', 'The page of the dashboard that lists users'],
  ['/users/{id}', 'The page of the dashboard about one user'],
  ['/system', 'The page of the dashboard about the system'],
]

export const DASHBOARD_ROUTES: readonly Route[] = [
  ...PAGES.map(([path, summary]) =>
    get(
      path,
      {
        summary,
        access: 'public',
        parameters: path.includes('{id}') ? { id: named } : {},
        answers: {},
        texts: { 'text/html': 'The page' },
      },
      answerPage,
    ),
  ),
  get(
    '/assets/{asset}',
    {
      summary: 'A file of the dashboard',
      access: 'public',
      parameters: { asset },
      answers: { 404: problemSchema },
      texts: { 'text/css': 'Its style', 'text/javascript': 'Its script', 'image/svg+xml': 'Its icon' },
    },
    answerAsset,
  ),
]
