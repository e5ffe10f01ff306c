import type { CSSProperties } from 'react';

declare module 'react' {
  interface CSSProperties {
    '--glyphs'?: number;
  }
}

/** Tells the style sheet how long a large amount is, so that it stays on one line and on the screen. */
export function fitted(text: string): CSSProperties {
  return { '--glyphs': text.length };
}
