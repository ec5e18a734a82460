import { useEffect, useRef, type ReactNode } from 'react'
import { Notices } from './notices.tsx'

interface ModalProps {
  /** What it is called to who hears it. */
  readonly name: string
  readonly onClose: () => void
  readonly children: ReactNode
  /** A class for its own measures. */
  readonly className?: string
}

/** Stands over the page and keeps the focus until it is closed; Escape and a click beside it close it. */
export function Modal({ name, onClose, children, className = '' }: ModalProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const shown = dialog.current
    // Who opened it gets the focus back: removing an open dialog does not do that by itself.
    const before = document.activeElement
    shown?.showModal()
    return () => {
      shown?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    // The click is for the mouse; the keyboard has Escape.
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-label={name}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClose={() => {
        // A browser closes it whatever the page says when Escape comes twice.
        if (dialog.current?.open === false) onClose()
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className="dialog-body">{children}</div>
      {/* Those of the page are out of reach as long as this is open. */}
      <Notices />
    </dialog>
  )
}
