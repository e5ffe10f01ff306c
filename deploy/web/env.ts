/** Which browser the caller wants, if not the first one found. */
export function chromiumSetting(): string | undefined {
  return process.env['CHROMIUM'];
}
