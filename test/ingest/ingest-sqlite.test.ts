import { join } from 'node:path'
import { openStore } from '../../src/store/open-store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { exerciseIngest } from './ingest-suite.ts'

const directory = temporaryDirectory()

exerciseIngest('reports into SQLite', () => openStore(`sqlite:${join(directory, 'syncs.db')}`))
