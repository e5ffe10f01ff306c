/** How a convolution or pooling window moves along one axis, with the padding already worked out. */
export type AxisWindow = {
  readonly padBegin: number;
  readonly padEnd: number;
  readonly outputSize: number;
};

export type AxisRequest = {
  readonly inputSize: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
};

const reach = ({ kernel, dilation }: AxisRequest): number => (kernel - 1) * dilation + 1;

/**
 * TensorFlow's SAME: output is ceil(input / stride); what is needed is split, the odd one at the end.
 * With `oddAt: 'begin'` the odd one comes first (OpenVINO's same_lower).
 */
export function samePadding(request: AxisRequest, oddAt: 'begin' | 'end' = 'end'): AxisWindow {
  const outputSize = Math.ceil(request.inputSize / request.stride);
  const total = Math.max(0, (outputSize - 1) * request.stride + reach(request) - request.inputSize);
  const smaller = Math.floor(total / 2);
  const [padBegin, padEnd] =
    oddAt === 'end' ? [smaller, total - smaller] : [total - smaller, smaller];
  return { padBegin, padEnd, outputSize };
}

/** Given padding (zero for TensorFlow's VALID); the last, incomplete step is dropped. */
export function explicitPadding(
  request: AxisRequest,
  padding: { readonly begin: number; readonly end: number },
): AxisWindow {
  const padded = request.inputSize + padding.begin + padding.end;
  return {
    padBegin: padding.begin,
    padEnd: padding.end,
    outputSize: Math.floor((padded - reach(request)) / request.stride) + 1,
  };
}
