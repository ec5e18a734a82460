/**
 * An element with its attributes and children. Text is always text: nothing that an answer holds becomes markup.
 *
 * @param {string} name
 * @param {Record<string, string | number | boolean | null | undefined | EventListener>} [attributes] `on…` are listeners; null, undefined and false are left out
 * @param {...(Node | string | number | null | undefined | false)} children
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (typeof value === 'function') made.addEventListener(key.slice(2), value)
    else made.setAttribute(key, value === true ? '' : `${value}`)
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false)
      made.append(child instanceof Node ? child : String(child))
  }
  return made
}

/** A table that scrolls by itself where it is wider than the page. */
export function table(caption, headings, rows) {
  // Where it is narrow the cells stand below each other, each with its heading.
  for (const row of rows) {
    for (const [index, cell] of [...row.children].entries())
      cell.setAttribute('data-heading', headings[index])
  }
  return element(
    'div',
    { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element('tr', {}, ...headings.map((heading) => element('th', { scope: 'col' }, heading))),
      ),
      element('tbody', {}, ...rows),
    ),
  )
}

/** Text in which what stands between backticks is code. */
export function prose(text) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? element('code', {}, part) : part))
}
