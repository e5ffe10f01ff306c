/** Why an installation failed, so that a caller can say what to do. */
export type InstallFailure =
  | 'source-unavailable'
  | 'source-altered'
  | 'conversion-failed'
  | 'golden-differs';

/** A pack or a set of samples could not be installed; nothing half-made is left where it would be used. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
  readonly code: InstallFailure;

  constructor(code: InstallFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
