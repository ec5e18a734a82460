import { printable } from '../../core/printable.ts'
import { hasOwnTitle, type Message, type MessageFact } from '../message.ts'

const line = (text: string): string => printable(text.toWellFormed())
const factLine = ({ label, value }: MessageFact): string => `${label}: ${line(value)}`

/** A message as text of several lines, for mail. */
export function plainText(message: Message): string {
  const { title, summary, sections, more, link } = message
  const parts = [
    line(title),
    ...(summary === null ? [] : [line(summary)]),
    ...sections.map((section) =>
      [
        ...(hasOwnTitle(message, section) ? [`* ${line(section.title)}`] : []),
        ...section.facts.map(factLine),
      ].join('\n'),
    ),
    ...(more === null ? [] : [line(more)]),
    ...(link === null ? [] : [`${link.label}: ${link.url}`]),
  ]
  return `${parts.join('\n\n')}\n`
}

/** A message in one line. */
export function plainSentence(message: Message): string {
  const { title, summary, sections, more, link } = message
  const parts = [
    title,
    ...(summary === null ? [] : [summary]),
    ...sections.map((section) => {
      const facts = section.facts.map(factLine).join('; ')
      return hasOwnTitle(message, section) ? `${section.title} (${facts})` : facts
    }),
    ...(more === null ? [] : [more]),
    ...(link === null ? [] : [link.url]),
  ]
  return parts.map((part) => line(part).replace(/[.\s]+$/, '')).join('. ')
}
