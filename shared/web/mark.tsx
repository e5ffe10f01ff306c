import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'good' | 'more' | 'bad' | 'quiet';

interface ToneProps {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly children: ReactNode;
}

/** An outcome or a state: icon and word, colour only on top. */
export function Mark({ tone, icon, children }: ToneProps): ReactElement {
  return (
    <span className="mark" data-tone={tone}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

/** One line that asks for attention. `bad` interrupts a screen reader, the others wait. */
export function Notice({ tone, icon, children }: ToneProps): ReactElement {
  return (
    <div className="notice" data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  );
}
