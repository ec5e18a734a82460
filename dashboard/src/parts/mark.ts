export type SignShape =
  | 'back'
  | 'barred'
  | 'check'
  | 'clock'
  | 'cross'
  | 'dash'
  | 'disc'
  | 'dot'
  | 'exclamation'
  | 'frozen'
  | 'half'
  | 'play'
  | 'question'
  | 'refused'
  | 'square'
  | 'star'

/** How something stands: shape and words say what the colour says. */
export interface Mark {
  readonly shape: SignShape
  readonly words: string
  readonly tone: 'good' | 'warn' | 'bad' | 'quiet'
}
