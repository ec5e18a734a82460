// Run in the browser, hence text: the types of the page are not those of the program.

/** Texts whose contrast with what is behind them is below WCAG's 4.5 to 1. */
export const FAINT_TEXTS: string = String.raw`(() => {
  const parse = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number)
  const light = (channels) => {
    const [red, green, blue] = channels.map((channel) => {
      const value = channel / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor)
      if (colour[3] === undefined || colour[3] > 0) return colour
    }
    return [255, 255, 255]
  }
  const faint = []
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')
    if (!text || element.closest('noscript, button:disabled, option') !== null) continue
    const [one, other] = [light(parse(getComputedStyle(element).color)), light(behind(element))]
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    if (ratio < 4.5) faint.push(element.tagName + ' ' + element.textContent.slice(0, 30) + ' ' + ratio.toFixed(2))
  }
  return faint
})()`

/** Fields, buttons and regions that a screen reader has no name for. */
export const NAMELESS_FIELDS: string = String.raw`(() => {
  const fields = [...document.querySelectorAll('input, select, textarea, button, pre, nav, form, [role=region]')]
  const nameOf = (field) => field.getAttribute('aria-label') ?? field.closest('label')?.textContent ?? field.textContent
  return fields.filter((field) => nameOf(field).trim() === '').map((field) => field.outerHTML.slice(0, 80))
})()`

/** How the place is marked that has the focus. */
export const FOCUS_OUTLINE: string = String.raw`(() => {
  const style = getComputedStyle(document.activeElement ?? document.body)
  return style.outlineStyle + ' ' + style.outlineWidth
})()`
