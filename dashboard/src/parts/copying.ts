/** Into the clipboard; false when the browser refuses. */
export async function copyText(text: string): Promise<boolean> {
  try {
    // There is none where the page came over plain HTTP from another machine.
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyFromField(text)
  }
}

function copyFromField(text: string): boolean {
  const before = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'visually-hidden'
  // In an open dialog nothing outside of it can have the focus.
  const place = document.querySelector('dialog:modal') ?? document.body
  place.append(field)
  field.select()
  // The old way is the only one left here.
  const copied = document.execCommand('copy')
  field.remove()
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  return copied
}
