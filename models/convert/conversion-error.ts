/** The graph uses an operator, or a variant of one, that the converter does not know. */
export class UnsupportedOperatorError extends Error {
  override readonly name = 'UnsupportedOperatorError';
  readonly operator: string;
  readonly node: string;

  constructor(operator: string, node: string, detail?: string) {
    super(
      `unsupported operator ${operator} at node "${node}"${detail === undefined ? '' : `: ${detail}`}`,
    );
    this.operator = operator;
    this.node = node;
  }
}

/** The model file contradicts itself or is cut short. */
export class MalformedModelError extends Error {
  override readonly name = 'MalformedModelError';
}
