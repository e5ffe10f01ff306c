import { MalformedModelError } from '../conversion-error.ts';
import { childOf, childrenOf, readXml, type XmlElement } from './xml-reader.ts';

/** The IR version whose operator sets (opset1 and up) we read; 10 differs only in its metadata. */
const READABLE_VERSIONS = new Set(['10', '11']);

export type IrLayer = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** The attributes of the layer's `<data>`. */
  readonly data: Readonly<Record<string, string>>;
  /** Shapes of the input ports, in port order. */
  readonly inputShapes: readonly (readonly number[])[];
  readonly outputShapes: readonly (readonly number[])[];
  /** Ids of the layers feeding the input ports, in port order. */
  readonly sources: readonly string[];
};

export type IrDocument = {
  readonly name: string;
  /** In an order in which every layer comes after the layers that feed it. */
  readonly layers: readonly IrLayer[];
};

/**
 * Reads an OpenVINO intermediate representation's `.xml`.
 *
 * @throws MalformedModelError for another version, a layer with several outputs, or a broken graph
 */
export function readIrDocument(text: string): IrDocument {
  const net = readXml(text);
  const version = net.attributes['version'] ?? '';
  if (net.tag !== 'net' || !READABLE_VERSIONS.has(version)) {
    throw new MalformedModelError(
      `not an OpenVINO IR of version 10 or 11 (<${net.tag}> ${version})`,
    );
  }
  const layers = childOf(net, 'layers');
  const edges = childOf(net, 'edges');
  if (layers === undefined || edges === undefined) {
    throw new MalformedModelError('OpenVINO IR without layers or edges');
  }
  const sources = sourcesByLayer(edges);
  const read = childrenOf(layers, 'layer').map((layer) => readLayer(layer, sources));
  return { name: net.attributes['name'] ?? 'ir', layers: inOrder(read) };
}

type Source = { readonly port: number; readonly layer: string };

function sourcesByLayer(edges: XmlElement): ReadonlyMap<string, readonly Source[]> {
  const sources = new Map<string, Source[]>();
  for (const { attributes } of childrenOf(edges, 'edge')) {
    const from = attributes['from-layer'];
    const to = attributes['to-layer'];
    if (from === undefined || to === undefined) throw new MalformedModelError('an edge to nowhere');
    const known = sources.get(to) ?? [];
    known.push({ port: Number(attributes['to-port']), layer: from });
    sources.set(to, known);
  }
  return sources;
}

function readLayer(layer: XmlElement, sources: ReadonlyMap<string, readonly Source[]>): IrLayer {
  const { id, name, type } = layer.attributes;
  if (id === undefined || name === undefined || type === undefined) {
    throw new MalformedModelError('a layer without id, name or type');
  }
  const outputShapes = portShapes(childOf(layer, 'output'));
  if (outputShapes.length > 1) {
    throw new MalformedModelError(`layer "${name}" (${type}) has several outputs`);
  }
  return {
    id,
    name,
    type,
    data: childOf(layer, 'data')?.attributes ?? {},
    inputShapes: portShapes(childOf(layer, 'input')),
    outputShapes,
    sources: (sources.get(id) ?? []).toSorted((a, b) => a.port - b.port).map((s) => s.layer),
  };
}

const portShapes = (ports: XmlElement | undefined): readonly (readonly number[])[] =>
  ports === undefined
    ? []
    : childrenOf(ports, 'port').map((port) =>
        childrenOf(port, 'dim').map((dim) => Number(dim.text)),
      );

/** Depth first from each layer in file order, so that the result depends on the file alone. */
function inOrder(layers: readonly IrLayer[]): readonly IrLayer[] {
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  const done = new Set<string>();
  const opened = new Set<string>();
  const ordered: IrLayer[] = [];
  const stack = layers.map((layer) => layer.id).toReversed();
  for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
    const layer = byId.get(id);
    if (layer === undefined) throw new MalformedModelError(`an edge from a missing layer ${id}`);
    const missing = layer.sources.filter((source) => !done.has(source));
    if (missing.length > 0) {
      if (opened.has(id)) throw new MalformedModelError(`layer "${layer.name}" depends on itself`);
      opened.add(id);
      stack.push(...missing.toReversed());
      continue;
    }
    stack.pop();
    if (done.has(id)) continue;
    done.add(id);
    ordered.push(layer);
  }
  return ordered;
}
