import { MalformedModelError } from '../conversion-error.ts';

/** An element of an XML document. Text is kept trimmed; comments and declarations are dropped. */
export type XmlElement = {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
};

type OpenElement = {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

const unescapeXml = (text: string): string =>
  text.replaceAll(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);

function readAttributes(text: string): Readonly<Record<string, string>> {
  const pairs = text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return Object.fromEntries(
    Array.from(pairs, ([, key = '', double, single]) => [key, unescapeXml(double ?? single ?? '')]),
  );
}

/**
 * Reads the part of XML that model descriptions are written in: elements, attributes, text.
 * No namespaces, no CDATA, no document types.
 *
 * @throws MalformedModelError when tags are not nested properly
 */
export function readXml(text: string): XmlElement {
  const root: OpenElement = { tag: '', attributes: {}, children: [], text: '' };
  const open: OpenElement[] = [root];
  // Alternatives: comment, declaration, closing tag, opening tag (attributes, self-closing), text
  const tokens =
    /<!--[\s\S]*?-->|<[?!][^>]*>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/g;
  for (const [, closing, opening, attributes = '', selfClosing, content] of text.matchAll(tokens)) {
    const parent = open.at(-1);
    if (parent === undefined) throw new MalformedModelError('XML goes on after its root element');
    if (content !== undefined) {
      parent.text += unescapeXml(content).trim();
    } else if (opening !== undefined) {
      const element: OpenElement = {
        tag: opening,
        attributes: readAttributes(attributes),
        children: [],
        text: '',
      };
      parent.children.push(element);
      if (selfClosing === '') open.push(element);
    } else if (closing !== undefined) {
      if (parent.tag !== closing) {
        throw new MalformedModelError(`XML closes <${closing}> inside <${parent.tag}>`);
      }
      open.pop();
    }
  }
  const [element] = root.children;
  if (open.length !== 1 || element === undefined) throw new MalformedModelError('XML is cut short');
  return element;
}

export const childrenOf = (element: XmlElement, tag: string): readonly XmlElement[] =>
  element.children.filter((child) => child.tag === tag);

export const childOf = (element: XmlElement, tag: string): XmlElement | undefined =>
  element.children.find((child) => child.tag === tag);
