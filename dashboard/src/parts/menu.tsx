import { useRef, type KeyboardEvent, type ReactNode } from 'react'

interface MenuProps {
  readonly name: ReactNode
  /** Over what is pointed at for some time. */
  readonly hint?: string
  /** @param close for what ends the choosing */
  readonly children: (close: () => void) => ReactNode
}

/** A button with a few things below it; Escape and going elsewhere close it. */
export function Menu({ name, hint, children }: MenuProps): ReactNode {
  const menu = useRef<HTMLDetailsElement>(null)
  const close = (): void => {
    if (menu.current !== null) menu.current.open = false
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || menu.current?.open !== true) return
    event.preventDefault()
    close()
    menu.current.querySelector('summary')?.focus()
  }
  return (
    <details
      ref={menu}
      className="menu"
      onKeyDown={onKeyDown}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open) closeByPress(currentTarget)
      }}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (relatedTarget !== null && !currentTarget.contains(relatedTarget)) close()
      }}
    >
      <summary title={hint}>{name}</summary>
      <div className="menu-body">{children(close)}</div>
    </details>
  )
}

/** A press on what takes no focus goes elsewhere, too. */
function closeByPress(menu: HTMLDetailsElement): void {
  const stop = new AbortController()
  const onPress = ({ target }: PointerEvent): void => {
    if (menu.open && target instanceof Node && menu.contains(target)) return
    menu.open = false
    stop.abort()
  }
  document.addEventListener('pointerdown', onPress, { signal: stop.signal })
}
