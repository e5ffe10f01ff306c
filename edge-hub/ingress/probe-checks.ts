import { hash, type KeyObject } from 'node:crypto';
import type { LightColour } from '../../shared/contracts/light-sequence.ts';
import type { RefusalCode } from '../../shared/contracts/refusal.ts';
import {
  cutBlobs,
  type FrameHead,
  type ProbeFrame,
} from '../../shared/contracts/terminal-frames.ts';
import type { ProbeRequest } from '../../shared/contracts/terminal-messages.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { verifyEs256 } from '../terminals/terminal-registry.ts';

/** Oldest picture that still shows who stands before the camera now. */
const MAX_AGE_MS = 10_000;
/** How far a terminal's clock may be ahead of the hub's. */
const MAX_AHEAD_MS = 2_000;

export interface Refusal {
  readonly code: RefusalCode;
  /** For engineers; never anything of the message's content. */
  readonly detail: string;
}

export const CONFLICT: Refusal = {
  code: 'idempotency_conflict',
  detail: 'this id was used with other content',
};

/** Cuts the pictures out of the payload and checks each against the hash that was signed. */
export function checkedFrames(
  frames: readonly FrameHead[],
  blobs: Uint8Array,
): Result<ProbeFrame[], Refusal> {
  const cut = cutBlobs(frames, blobs);
  if (!cut) {
    return err({ code: 'malformed_message', detail: 'the lengths of the blobs do not add up' });
  }
  const intact = cut.every((frame, index) => {
    const named = frames[index];
    return (
      named !== undefined &&
      sha256Hex(frame.colour) === named.colour.sha256 &&
      (!frame.depth || sha256Hex(frame.depth.png) === named.depth?.sha256) &&
      (!frame.infrared || sha256Hex(frame.infrared.png) === named.infrared?.sha256)
    );
  });
  if (!intact) return err({ code: 'malformed_message', detail: 'a blob does not have its sha256' });
  return ok(cut);
}

/** The device key's signature over a text: of a probe `probeSigningInput`, of an answer `answerSigningInput`. */
export function checkSignature(
  terminal: { readonly publicKey: KeyObject },
  text: string,
  signature: ProbeRequest['data']['signature'],
): Result<null, Refusal> {
  const signed = verifyEs256({
    key: terminal.publicKey,
    text,
    signature: Buffer.from(signature.value, 'base64'),
    format: signature.format,
  });
  if (signed) return ok(null);
  return err({ code: 'bad_signature', detail: 'not signed by the key that is registered' });
}

/** Whether every picture was taken just now, by the hub's clock. */
export function checkAge(frames: readonly FrameHead[], nowMs: number): Result<null, Refusal> {
  for (const frame of frames) {
    const ageMs = nowMs - Date.parse(frame.takenAt);
    if (ageMs < -MAX_AHEAD_MS) {
      return err({ code: 'clock_skewed', detail: 'takenAt is ahead of the hub’s clock' });
    }
    if (ageMs > MAX_AGE_MS) {
      return err({ code: 'probe_stale', detail: `takenAt is more than ${MAX_AGE_MS} ms ago` });
    }
  }
  return ok(null);
}

/**
 * Whether the frames belong to the steps of the challenge's light, one to each, in order. A terminal that did not light
 * after all sends frames without steps; what that means is for the decision.
 */
export function checkLightSteps(
  frames: readonly FrameHead[],
  light: readonly LightColour[] | null,
): Result<null, Refusal> {
  if (frames.every(({ lightStep }) => lightStep === undefined)) return ok(null);
  if (!light) {
    return err({ code: 'malformed_message', detail: 'steps of a light that was not asked for' });
  }
  const inOrder =
    frames.length === light.length &&
    frames.every(({ lightStep }, i) => lightStep === i) &&
    frames.every(
      ({ takenAt }, i) => Date.parse(takenAt) >= Date.parse(frames[i - 1]?.takenAt ?? takenAt),
    );
  if (inOrder) return ok(null);
  return err({ code: 'malformed_message', detail: 'not one frame for each step, in order' });
}

/** sha256 as lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}
