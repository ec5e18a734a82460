import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { usePageTitle } from '../parts/page-title.ts'

interface NotFoundProps {
  readonly title?: string
  readonly words?: string
  /** Where to go from here. */
  readonly back?: { readonly path: string; readonly words: string }
}

export function NotFoundPage({
  title = 'There is no such page',
  words = 'The address may be from another version, or mistyped.',
  back = { path: '/', words: 'Go to the overview' },
}: NotFoundProps): ReactNode {
  usePageTitle(title)
  return (
    <section className="page-alone">
      <h1>{title}</h1>
      <p>{words}</p>
      <p>
        <Link href={back.path}>{back.words}</Link>
      </p>
    </section>
  )
}
