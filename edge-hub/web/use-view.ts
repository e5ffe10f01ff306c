import { useEffect, useState } from 'react';

export const VIEWS = ['decisions', 'terminals', 'enrol', 'people'] as const;
export type View = (typeof VIEWS)[number];

function viewOfAddress(): View {
  const name = window.location.hash.replace(/^#\/?/, '');
  return VIEWS.find((view) => view === name) ?? 'decisions';
}

/** Which view the address names, so that back, reload and links work. */
export function useView(): View {
  const [view, setView] = useState(viewOfAddress);
  useEffect(() => {
    const onChange = (): void => setView(viewOfAddress());
    window.addEventListener('hashchange', onChange);
    return () => window.removeEventListener('hashchange', onChange);
  }, []);
  return view;
}
