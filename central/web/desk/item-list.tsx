import { Children, type ReactElement, type ReactNode } from 'react';

/** More than these scroll within their card: ten years of rows would make a page of forty screens. */
const LONG = 8;

interface ItemListProps {
  /** Id of the heading that names the list. */
  readonly labelledBy: string;
  /** `li` elements. */
  readonly children: ReactNode;
}

/** What a card lists, as high as a screen at most. */
export function ItemList({ labelledBy, children }: ItemListProps): ReactElement {
  if (Children.count(children) <= LONG) return <ul className="items">{children}</ul>;
  return (
    // what scrolls must be reachable by keyboard
    <ul className="items scrolled" aria-labelledby={labelledBy} tabIndex={0}>
      {children}
    </ul>
  );
}
