import type { ReactElement } from 'react';
import { Button } from '../../../shared/web/button.tsx';

interface FilterButtonsProps<T extends string> {
  /** What is chosen here, for who cannot see it. */
  readonly label: string;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly value: T;
  readonly onValue: (value: T) => void;
}

/** A few ways of looking at a list, one of them taken. */
export function FilterButtons<T extends string>(props: FilterButtonsProps<T>): ReactElement {
  return (
    <div className="filter" role="group" aria-label={props.label}>
      {props.choices.map(({ value, label }) => (
        <Button
          key={value}
          kind="quiet"
          aria-pressed={value === props.value}
          onClick={() => props.onValue(value)}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}
