import type { ButtonHTMLAttributes, ReactElement } from 'react';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` once a screen. */
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger';
}

export function Button({ kind = 'plain', type = 'button', ...rest }: ButtonProps): ReactElement {
  return <button className="button" data-kind={kind} type={type} {...rest} />;
}
