/** Raised whenever the words of `enrol.consent` change; the hub keeps it with each consent. */
export const CONSENT_TEXT_VERSION = '2026-11';
