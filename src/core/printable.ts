/** Control, direction-changing and other invisible characters that could drive or fool a terminal. */
export const UNPRINTABLE: RegExp =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** Text from outside (a course's name) as it may stand on a terminal: in one line, without control characters. */
export function printable(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll(UNPRINTABLE, '\ufffd')
}
