import { useId, type FormEvent, type ReactNode } from 'react'
import { Link } from 'wouter'
import { KeptChoice, useKept } from '../parts/kept-choice.ts'
import { Menu } from '../parts/menu.tsx'
import { readViews, withoutView, withView, type SavedView } from './saved-views.ts'

const kept = new KeptChoice<string>('canvas-sync-views', (text) => JSON.stringify(readViews(text)))

const keep = (views: readonly SavedView[]): void => {
  kept.choose(JSON.stringify(views))
}

/** Lists that one comes back to, by name. @param search that of the list now */
export function ViewsMenu({ search }: { readonly search: string }): ReactNode {
  const views = readViews(useKept(kept))
  const field = useId()
  const save = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const name = new FormData(event.currentTarget).get('name')
    if (typeof name === 'string') keep(withView(views, { name, search }))
    event.currentTarget.reset()
  }
  return (
    <Menu name="Views">
      {(close) => (
        <>
          {views.length === 0 ? (
            <p className="hint">Keep filters and order under a name, in this browser.</p>
          ) : (
            <ul aria-label="Saved views">
              {views.map((view) => (
                <li key={view.name}>
                  <Link href={view.search === '' ? '/syncs' : `/syncs?${view.search}`} onClick={close}>
                    {view.name}
                  </Link>
                  <button
                    type="button"
                    className="bare"
                    aria-label={`Forget the view ${view.name}`}
                    onClick={() => {
                      keep(withoutView(views, view.name))
                    }}
                  >
                    <span aria-hidden="true">×</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
          <form className="save-view" onSubmit={save}>
            <label htmlFor={field} className="visually-hidden">
              Name of the view
            </label>
            <input id={field} name="name" placeholder="Name of this view" required maxLength={60} />
            <button type="submit">Save</button>
          </form>
        </>
      )}
    </Menu>
  )
}
