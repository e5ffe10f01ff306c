import type { ReactElement } from 'react';

const PATHS = {
  check: ['M4 12.5 10 18.5 20.5 6'],
  cross: ['M5 5 19 19', 'M19 5 5 19'],
  again: ['M20 12a8 8 0 1 1-2.6-5.9', 'M20 3.5v4.5h-4.5'],
  dots: ['M5 12h.01', 'M12 12h.01', 'M19 12h.01'],
  face: [
    'M12 3c-4.2 0-7 3.2-7 8s2.8 10 7 10 7-5.2 7-10-2.8-8-7-8Z',
    'M9.5 10.5h.01',
    'M14.5 10.5h.01',
    'M9.5 15c.8.9 1.6 1.2 2.5 1.2s1.7-.3 2.5-1.2',
  ],
  code: [
    'M4 4h6v6H4Z',
    'M14 4h6v6h-6Z',
    'M4 14h6v6H4Z',
    'M14 14h2v2',
    'M20 14v2',
    'M14 20h2',
    'M19 19h1v1',
  ],
  keys: [
    'M6 3h12v18H6Z',
    'M9.5 7.5h.01',
    'M14.5 7.5h.01',
    'M9.5 12h.01',
    'M14.5 12h.01',
    'M9.5 16.5h.01',
    'M14.5 16.5h.01',
  ],
  link: ['M4 12h16', 'M15 7l5 5-5 5'],
  broken: ['M3 12h6', 'M15 12h6', 'M10 7l-1.5-2', 'M14 17l1.5 2'],
  sun: [
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z',
    'M12 2v2',
    'M12 20v2',
    'M2 12h2',
    'M20 12h2',
    'M5 5l1.4 1.4',
    'M17.6 17.6 19 19',
    'M19 5l-1.4 1.4',
    'M6.4 17.6 5 19',
  ],
  swap: ['M7 7h13', 'M16 3l4 4-4 4', 'M17 17H4', 'M8 13l-4 4 4 4'],
  erase: ['M8 5H20v14H8L2.5 12Z', 'M11 9.5l5 5', 'M16 9.5l-5 5'],
  back: ['M19 12H5', 'M11 6l-6 6 6 6'],
  info: ['M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z', 'M12 11v5', 'M12 7.5h.01'],
} as const;

export type IconName = keyof typeof PATHS;

/** A line drawing in the text's colour and size; words beside it carry the meaning. */
export function Icon({ name }: { readonly name: IconName }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {PATHS[name].map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}
