/** `npm run docs`: writes the pages of docs/reference anew. */
import { writeFileSync } from 'node:fs'
import { referencePages } from './pages.ts'

for (const [page, text] of Object.entries(await referencePages())) {
  writeFileSync(new URL(`../${page}`, import.meta.url), text)
  console.log(page)
}
