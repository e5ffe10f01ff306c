import { type InputHTMLAttributes, type ReactElement, useId } from 'react';

interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> {
  readonly label: string;
  readonly onText: (text: string) => void;
}

/** One line of input with its label. */
export function TextField({ label, onText, ...rest }: TextFieldProps): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        autoComplete="off"
        spellCheck={false}
        {...rest}
        onChange={(event) => onText(event.target.value)}
      />
    </div>
  );
}
