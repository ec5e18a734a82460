import { z } from 'zod'
import { HTML_MEDIA_TYPE, type Answer } from '../http/answer.ts'
import { get, type Route } from '../http/route.ts'
import {
  PAGE_FILES,
  pageFile,
  RUNBOOK_FILES,
  runbook,
  type PageFile,
  type RunbookFile,
} from './page-files.ts'

/** Its own files and this server, and nobody else: what an answer holds can neither run nor call anywhere. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const CSS_MEDIA_TYPE = 'text/css; charset=utf-8'
const SCRIPT_MEDIA_TYPE = 'text/javascript; charset=utf-8'
const TEXT_MEDIA_TYPE = 'text/plain; charset=utf-8'

const file: z.ZodType<PageFile> = z
  .enum(PAGE_FILES, { error: `one of ${PAGE_FILES.join(', ')}` })
  .meta({ description: 'A file of the page', examples: ['docs.css'] })

const runbookFile: z.ZodType<RunbookFile> = z
  .enum(RUNBOOK_FILES, { error: `one of ${RUNBOOK_FILES.join(', ')}` })
  .meta({ description: 'A runbook', examples: ['SyncMissed.md'] })

async function answerWith(name: PageFile | 'index.html', media_type: string): Promise<Answer> {
  const headers = { 'content-security-policy': PAGE_POLICY }
  return { status: 200, body: await pageFile(name), media_type, headers }
}

export const DOCS_ROUTES: readonly Route[] = [
  get(
    '/docs',
    {
      summary: 'This description as a page on which every route can be tried',
      access: 'public',
      parameters: {},
      answers: {},
      texts: { 'text/html': 'The page' },
    },
    () => answerWith('index.html', HTML_MEDIA_TYPE),
  ),
  get(
    '/docs/{file}',
    {
      summary: 'A file of the page that describes the API',
      access: 'public',
      parameters: { file },
      answers: {},
      texts: { 'text/css': 'Its style', 'text/javascript': 'Its script' },
    },
    ({ file: name }) => answerWith(name, name.endsWith('.css') ? CSS_MEDIA_TYPE : SCRIPT_MEDIA_TYPE),
  ),
  get(
    '/docs/runbooks/{runbook}',
    {
      summary: 'What to do when an alert fires or an incident opens, as Markdown',
      access: 'public',
      parameters: { runbook: runbookFile },
      answers: {},
      texts: { 'text/plain': 'The runbook' },
    },
    async ({ runbook: name }) => ({
      status: 200,
      body: await runbook(name),
      media_type: TEXT_MEDIA_TYPE,
    }),
  ),
]
