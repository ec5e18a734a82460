import type { ReactNode } from 'react'
import { Modal } from './modal.tsx'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  /** A class for its own measures. */
  readonly className?: string
}

/** A modal with a heading and a button that closes it. */
export function Dialog({ title, onClose, children, className = '' }: DialogProps): ReactNode {
  return (
    <Modal name={title} onClose={onClose} className={className}>
      <header>
        <h2>{title}</h2>
        <button type="button" className="bare" aria-label="Close" onClick={onClose}>
          <span aria-hidden="true">×</span>
        </button>
      </header>
      {children}
    </Modal>
  )
}
