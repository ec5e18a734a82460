import { useId, type ReactNode } from 'react'

interface SegmentsProps<Choice> {
  /** What is chosen, for who hears it. */
  readonly legend: string
  readonly choices: readonly Choice[]
  /** One of them; undefined when none of them is. */
  readonly chosen: Choice | undefined
  readonly onChoose: (choice: Choice) => void
}

/** One of a few, side by side; the arrow keys go through them. */
export function Segments<Choice extends { readonly words: string }>({
  legend,
  choices,
  chosen,
  onChoose,
}: SegmentsProps<Choice>): ReactNode {
  const name = useId()
  return (
    <fieldset className="segments">
      <legend className="visually-hidden">{legend}</legend>
      {choices.map((choice) => (
        <label key={choice.words}>
          <input
            type="radio"
            name={name}
            checked={choice === chosen}
            onChange={() => {
              onChoose(choice)
            }}
          />
          {choice.words}
        </label>
      ))}
    </fieldset>
  )
}
