/** Filters and order of the list under a name, as this browser keeps them. */
export interface SavedView {
  readonly name: string
  /** The query of the address, without its question mark. */
  readonly search: string
}

const MOST = 30
const LONGEST_NAME = 60

/** What was kept; anything may have been. */
export function readViews(kept: string | null): readonly SavedView[] {
  try {
    const views: unknown = JSON.parse(kept ?? '[]')
    return Array.isArray(views) ? views.filter(isView).slice(0, MOST) : []
  } catch {
    return []
  }
}

function isView(view: unknown): view is SavedView {
  if (typeof view !== 'object' || view === null) return false
  const { name, search } = view as Partial<Record<keyof SavedView, unknown>>
  return typeof name === 'string' && typeof search === 'string'
}

/** One of the same name is replaced; beyond the most, the oldest goes. */
export function withView(views: readonly SavedView[], { name, search }: SavedView): readonly SavedView[] {
  const shown = name.trim().slice(0, LONGEST_NAME)
  if (shown === '') return views
  return [...withoutView(views, shown), { name: shown, search }].slice(-MOST)
}

export function withoutView(views: readonly SavedView[], name: string): readonly SavedView[] {
  return views.filter((view) => view.name !== name)
}
