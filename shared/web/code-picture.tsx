import { type ReactElement, useMemo } from 'react';
import { encode } from 'uqr';

/** Modules of white around it (ISO/IEC 18004: four). */
const QUIET_ZONE = 4;

/** A QR code, black on white on every ground: cameras read no other. */
export function CodePicture(props: {
  readonly text: string;
  readonly label: string;
}): ReactElement {
  const { text, label } = props;
  const { path, size } = useMemo(() => drawn(text), [text]);
  return (
    <svg className="code-picture" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={`M0 0h${size}v${size}H0Z`} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}

function drawn(text: string): { readonly path: string; readonly size: number } {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_ZONE });
  const path = data
    .flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1Z`] : [])))
    .join('');
  return { path, size };
}
