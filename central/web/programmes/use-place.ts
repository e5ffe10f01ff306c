import { useEffect, useState } from 'react';

/** Where the address leads: `#/new`, `#/PROGRAMME`; empty for the list. */
function placeInAddress(): string {
  return window.location.hash.replace(/^#\/?/, '');
}

/** What the address names behind `#/`, so that back, reload and links work. */
export function usePlace(): string {
  const [place, setPlace] = useState(placeInAddress);
  useEffect(() => {
    const onChange = (): void => setPlace(placeInAddress());
    window.addEventListener('hashchange', onChange);
    return () => window.removeEventListener('hashchange', onChange);
  }, []);
  return place;
}
