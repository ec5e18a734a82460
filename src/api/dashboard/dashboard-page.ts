import { HTML_MEDIA_TYPE, type Answer } from '../http/answer.ts'
import { dashboardFiles } from './dashboard-files.ts'

/** Its own files and this server, and nobody else: what syncs are called and what went wrong can neither run nor call anywhere. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  // The preview of a report, which has a policy of its own.
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/**
 * The page of the dashboard, whose script then shows what is at the address; null when it was not built.
 *
 * @param base_path below which its files and the API are
 */
export async function dashboardPage(base_path: string): Promise<Answer | null> {
  const files = await dashboardFiles()
  if (files === null) return null
  const headers = { 'content-security-policy': PAGE_POLICY }
  return { status: 200, body: files.pageAt(base_path), media_type: HTML_MEDIA_TYPE, headers }
}
