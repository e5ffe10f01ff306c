import { REFUSAL_WORDS, type RefusalCode } from '../../shared/contracts/refusal.ts';
import type { EnrolmentFailure } from '../enrolment/enrolment-service.ts';
import type { PairingFailure, RegistrationFailure } from '../terminals/terminal-registry.ts';

/** Every way in which a call ends otherwise than asked. Closed: a new one needs its status and title. */
export type ProblemCode =
  | EnrolmentFailure
  | PairingFailure
  | RegistrationFailure
  | 'malformed_request'
  | 'body_too_large'
  | 'not_signed_in'
  | 'foreign_origin'
  | 'rate_limited'
  | 'unknown_path'
  | 'terminal_unknown'
  | 'shopper_unknown'
  | 'starting'
  | 'receipt_unknown'
  | 'internal_fault';

interface Problem {
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 422 | 429 | 500 | 503;
  readonly title: string;
}

const picture = (code: RefusalCode): Problem => ({ status: 422, title: REFUSAL_WORDS[code].en });

const PROBLEMS: Record<ProblemCode, Problem> = {
  malformed_request: { status: 400, title: 'The request is not in the form that this path takes' },
  not_signed_in: { status: 401, title: 'Sign in as the operator first' },
  foreign_origin: { status: 403, title: 'The call comes from another site' },
  unknown_path: { status: 404, title: 'There is nothing here' },
  terminal_unknown: { status: 404, title: 'There is no such terminal' },
  shopper_unknown: { status: 404, title: 'This hub does not know the person' },
  receipt_unknown: { status: 404, title: 'The books of this hub do not bear this receipt out' },
  pairing_code_invalid: { status: 404, title: 'The pairing code is unknown, used or expired' },
  terminal_exists: {
    status: 409,
    title: 'The terminal is registered with another key, or revoked',
  },
  already_enrolled: { status: 409, title: 'This person is enrolled already' },
  enrolment_conflict: { status: 409, title: 'The enrolment id was used with other content' },
  shopper_erased: { status: 410, title: 'The person of this enrolment has been erased' },
  body_too_large: { status: 413, title: 'The upload is too large' },
  certificate_rejected: {
    status: 422,
    title: 'The certificate is not of this operator or not of this terminal',
  },
  unsuitable_key: { status: 422, title: 'A terminal key is an EC key on P-256' },
  street_not_agreed: { status: 422, title: 'The consent does not include this street' },
  phone_taken: { status: 409, title: 'Somebody enrolled here has this phone number already' },
  pin_too_simple: { status: 422, title: 'The PIN is one that everybody tries first' },
  look_alike_needs_pin: {
    status: 422,
    title: 'Somebody enrolled looks very much alike: a PIN is needed to tell them apart',
  },
  photos_differ: { status: 422, title: 'The photos do not show the same person' },
  not_an_image: picture('not_an_image'),
  image_too_large: picture('image_too_large'),
  no_face: picture('no_face'),
  several_faces: picture('several_faces'),
  face_too_small: picture('face_too_small'),
  face_turned_away: picture('face_turned_away'),
  face_blurred: picture('face_blurred'),
  light_too_low: picture('light_too_low'),
  light_too_strong: picture('light_too_strong'),
  eyes_covered: picture('eyes_covered'),
  rate_limited: { status: 429, title: 'Too many tries; wait a minute' },
  internal_fault: { status: 500, title: 'A fault of the hub' },
  starting: { status: 503, title: 'The hub is starting; try again' },
  busy: { status: 503, title: 'The hub is busy; try again' },
};

/** RFC 9457 answer of a code. */
export function problem(code: ProblemCode, detail?: string): Response {
  const { status, title } = PROBLEMS[code];
  const body = { type: `urn:wuma:problem:${code}`, status, title, code, ...(detail && { detail }) };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}

/** Ends a typed route with a problem: its declared answers are those of success only. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;

  constructor(code: ProblemCode) {
    super(code);
    this.code = code;
  }
}
