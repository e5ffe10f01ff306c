import { useRef, useState } from 'react';
import { type EnrolmentAnswer, enrolmentSchema } from '../../shared/contracts/http-hub.ts';
import { takePicture } from '../../shared/web/camera.ts';
import { ask, failureCode } from '../../shared/web/http.ts';
import { newId } from '../../shared/web/ids.ts';
import type { Language } from '../../shared/web/language.ts';
import { CONSENT_TEXT_VERSION } from './consent-text.ts';

const PHOTOS = 3;
const BETWEEN_PHOTOS_MS = 350;

export type EnrolmentState =
  | { readonly name: 'asking' }
  | { readonly name: 'working' }
  | { readonly name: 'enrolled'; readonly answer: EnrolmentAnswer }
  | { readonly name: 'failed'; readonly code: string };

/** What a person says about themselves and agrees to. */
export interface Agreement {
  readonly streets: readonly string[];
  readonly language: Language;
  /** Empty when they keep it to themselves. */
  readonly phone: string;
  /** Empty when they choose none. */
  readonly pin: string;
  readonly minor: boolean;
  /** The operator's word that the person of the nearest face is somebody else. */
  readonly twin: boolean;
}

export interface Enrolment {
  readonly state: EnrolmentState;
  readonly enrol: (video: HTMLVideoElement, agreement: Agreement) => Promise<void>;
  /** Drops pictures that wait for an answer, and whatever was said. */
  readonly forget: () => void;
}

interface Unanswered {
  readonly agreement: string;
  readonly form: FormData;
}

/** Takes the pictures and sends them with the consent. They stay in memory until the hub has answered, no longer. */
export function useEnrolment(): Enrolment {
  const [state, setState] = useState<EnrolmentState>({ name: 'asking' });
  // sent again as it was: the hub tells a repeated try from a new one by its id and its content
  const unanswered = useRef<Unanswered>(undefined);

  const enrol = async (video: HTMLVideoElement, agreement: Agreement): Promise<void> => {
    setState({ name: 'working' });
    const agreed = JSON.stringify(agreement);
    const repeated = unanswered.current?.agreement === agreed ? unanswered.current.form : undefined;
    const form = repeated ?? (await takeForm(video, agreement).catch(() => undefined));
    if (!form) {
      setState({ name: 'failed', code: 'W-PICTURE' });
      return;
    }
    const answer = await ask('/api/enrolments', enrolmentSchema, { method: 'POST', body: form });
    const lost = !answer.ok && answer.error.kind !== 'problem';
    unanswered.current = lost ? { agreement: agreed, form } : undefined;
    setState(
      answer.ok
        ? { name: 'enrolled', answer: answer.value }
        : { name: 'failed', code: failureCode(answer.error) },
    );
  };
  const forget = (): void => {
    unanswered.current = undefined;
    setState({ name: 'asking' });
  };
  return { state, enrol, forget };
}

async function takeForm(video: HTMLVideoElement, agreement: Agreement): Promise<FormData> {
  const { streets, language, phone, pin, minor, twin } = agreement;
  const form = new FormData();
  form.set('enrolmentId', newId());
  form.set('consent', JSON.stringify({ textVersion: CONSENT_TEXT_VERSION, language, streets }));
  if (phone !== '') form.set('phone', phone);
  if (pin !== '') form.set('pin', pin);
  if (minor) form.set('minor', 'yes');
  if (twin) form.set('twin', 'yes');
  for (let i = 0; i < PHOTOS; i += 1) {
    form.append('photos', await takePicture(video), `${i}.jpg`);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_PHOTOS_MS));
  }
  return form;
}
