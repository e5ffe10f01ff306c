/** How a nats.conf is written: pieces of text that the configurations are put together from. */
import type { CertificatePaths } from '../pki/certificate-authority.ts';

/** A certificate with its key, and the CA that the other side is checked against. PEM files. */
export type TlsFiles = CertificatePaths & { readonly caPath: string };

export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** NATS reads double-quoted strings with backslash escapes, as JSON writes them. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

export function list(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(', ')}]`;
}

/** A map on one line. */
export function entry(parts: readonly string[]): string {
  return `{ ${parts.join(', ')} }`;
}

/** A map with a name, its lines indented. */
export function block(name: string, inside: readonly string[]): string[] {
  return [`${name} {`, ...inside.map((line) => `  ${line}`), '}'];
}

export function permissions({ publish, subscribe }: Permissions): string {
  return `permissions: { publish: { allow: ${list(publish)} }, subscribe: { allow: ${list(subscribe)} } }`;
}

export function tls(files: TlsFiles, more: readonly string[]): string[] {
  return block('tls', [
    `cert_file: ${quoted(files.certPath)}`,
    `key_file: ${quoted(files.keyPath)}`,
    `ca_file: ${quoted(files.caPath)}`,
    ...more,
  ]);
}

export function lines(text: readonly string[]): string {
  return `${text.join('\n')}\n`;
}
