import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';

interface ScreenHeadingProps {
  readonly className?: string;
  readonly children: ReactNode;
}

/** The heading of a screen. Takes the focus when its screen comes up, so that a screen reader reads on from there. */
export function ScreenHeading({ className, children }: ScreenHeadingProps): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={heading} tabIndex={-1} className={className}>
      {children}
    </h1>
  );
}
