/** Where a source file is to be had; see `sourceLocation` in the pack manifest. */
export type SourceLocation =
  | { readonly kind: 'npm'; readonly packageSpec: string; readonly path: string }
  | { readonly kind: 'https'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string };

/** @throws when the text was not checked by the manifest's schema */
export function parseSourceLocation(text: string): SourceLocation {
  if (text.startsWith('https://')) return { kind: 'https', url: text };
  if (text.startsWith('file:')) return { kind: 'file', path: text.slice('file:'.length) };
  const [, packageSpec, path] = /^npm:([^#]+)#(.+)$/.exec(text) ?? [];
  if (packageSpec === undefined || path === undefined) {
    throw new Error(`not a source location: ${text}`);
  }
  return { kind: 'npm', packageSpec, path };
}
