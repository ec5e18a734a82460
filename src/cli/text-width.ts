export { cutText, padText, textWidth } from '../core/text-width.ts'
