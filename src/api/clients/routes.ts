import { get, type Route } from '../http/route.ts'
import { pythonClient } from './python-client.ts'

const PYTHON_MEDIA_TYPE = 'text/x-python; charset=utf-8'

export const CLIENT_ROUTES: readonly Route[] = [
  get(
    '/clients/canvas_sync_monitor.py',
    {
      summary: 'The client for Python jobs: one file, to be saved beside the job',
      access: 'public',
      parameters: {},
      answers: {},
      texts: { 'text/x-python': 'The file' },
    },
    async () => ({ status: 200, body: await pythonClient(), media_type: PYTHON_MEDIA_TYPE }),
  ),
]
