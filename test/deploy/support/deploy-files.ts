import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url))
export const DEPLOY: string = fileURLToPath(new URL('../../../deploy/', import.meta.url))
