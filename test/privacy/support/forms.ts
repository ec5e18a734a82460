/** Shorter ones would be found by chance. */
const LEAST_LENGTH = 6

/** How a text can stand in a file, as a string of bytes in small letters: the scan looks at no letter's case. */
export function formsOf(text: string): string[] {
  const forms = [
    text,
    encodeURIComponent(text),
    encodeURIComponent(text).replaceAll('%20', '+'),
    escaped(text, (unit) => `\\u${unit.toString(16).padStart(4, '0')}`),
    escaped(text, (unit) => `&#${unit};`),
    JSON.stringify(text).slice(1, -1),
    Buffer.from(text).toString('hex'),
    [...Buffer.from(text)].join(','),
    Buffer.from(text, 'utf16le').toString('latin1'),
    ...inBase64(text),
  ]
  return [...new Set(forms.map(asBytes).filter((form) => form.length >= LEAST_LENGTH))]
}

/** As one character for each byte; what is only ASCII in UTF-16 keeps its zeros. */
const asBytes = (form: string): string =>
  (form.includes('\0') ? form : Buffer.from(form).toString('latin1')).toLowerCase()

function escaped(text: string, escape: (unit: number) => string): string {
  return text.replaceAll(/[^\w ,.@-]/g, (character) => escape(character.charCodeAt(0)))
}

/** Of the middle of something longer: what its bytes become wherever in a group of three the text begins. */
function inBase64(text: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
    const whole = bytes.toString('base64').replaceAll('=', '')
    // The first and last characters depend on what stands beside the text.
    const sure = whole.slice(before === 0 ? 0 : before + 1, bytes.length % 3 === 0 ? undefined : -1)
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
