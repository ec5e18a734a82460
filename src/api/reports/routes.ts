import { problemSchema } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { LINK_HEADER } from '../http/page-links.ts'
import { get, post, type Route } from '../http/route.ts'
import { reportSchema } from './report-schemas.ts'
import {
  getReport,
  getReports,
  PREVIEW_PARAMETERS,
  previewReport,
  REPORT_LIST_PARAMETERS,
  REPORT_PARAMETERS,
  reportListSchema,
} from './reports.ts'
import { askToUnsubscribe, SUBSCRIPTION_PARAMETERS, subscribe, unsubscribe } from './unsubscribe.ts'

const FORMS = { 'text/html': 'The mail', 'text/plain': 'The mail as text' }
/** Whoever has the link came by a mail of ours: there is nothing to sign in to. */
const FROM_A_MAIL = {
  access: 'public' as const,
  secret: true,
  parameters: SUBSCRIPTION_PARAMETERS,
  answers: { 404: problemSchema },
  texts: { 'text/html': 'The page' },
}

export const REPORT_ROUTES: readonly Route[] = [
  get(
    `${BASE}/reports`,
    {
      summary: 'The reports that were sent, the newest first',
      parameters: REPORT_LIST_PARAMETERS,
      answers: { 200: reportListSchema },
      headers: { 200: LINK_HEADER },
      all_users: true,
    },
    getReports,
  ),
  get(
    `${BASE}/reports/preview`,
    {
      summary: 'The report of the last whole day, week or month as it would be sent now',
      parameters: PREVIEW_PARAMETERS,
      answers: { 200: reportSchema },
      texts: FORMS,
      all_users: true,
    },
    previewReport,
  ),
  get(
    `${BASE}/reports/{report_id}`,
    {
      summary: 'A report as it was sent',
      parameters: REPORT_PARAMETERS,
      answers: { 200: reportSchema, 404: problemSchema },
      texts: FORMS,
      all_users: true,
    },
    getReport,
  ),
  get(
    '/unsubscribe',
    { ...FROM_A_MAIL, summary: 'The page that the link in a report leads to; it changes nothing' },
    askToUnsubscribe,
  ),
  post(
    '/unsubscribe',
    {
      ...FROM_A_MAIL,
      summary: 'Send no more reports to the recipient with this code, as mail programs ask it (RFC 8058)',
      reads_body: true,
    },
    unsubscribe,
  ),
  post(
    '/subscribe',
    { ...FROM_A_MAIL, summary: 'Send reports to the recipient with this code again', reads_body: true },
    subscribe,
  ),
]
