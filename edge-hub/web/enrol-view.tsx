import { type ReactElement, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { directorySchema, enrolmentSchema } from '../../shared/contracts/http-hub.ts';
import { Button } from '../../shared/web/button.tsx';
import { type CameraProblem, takePicture } from '../../shared/web/camera.ts';
import { ask, failureCode, type HttpFailure } from '../../shared/web/http.ts';
import { newId } from '../../shared/web/ids.ts';
import { isLanguage } from '../../shared/web/language.ts';
import { Notice } from '../../shared/web/mark.tsx';
import { OvalCamera } from '../../shared/web/oval-camera.tsx';
import { usePolled } from '../../shared/web/use-polled.ts';
import { CONSENT_TEXT_VERSION } from './consent-text.ts';

const POLL_MS = 15_000;
const PHOTOS = 3;
const BETWEEN_PHOTOS_MS = 350;
const POINTS = ['what', 'where', 'use', 'way', 'erase'] as const;

type State =
  | { readonly name: 'asking' }
  | { readonly name: 'working' }
  | { readonly name: 'enrolled' }
  | { readonly name: 'failed'; readonly failure: HttpFailure };

/** One person, with their own consent, in front of the webcam. Pictures go to the hub and stay nowhere. */
export function EnrolView({ streetId }: { readonly streetId: string | undefined }): ReactElement {
  const { t, i18n } = useTranslation();
  const video = useRef<HTMLVideoElement>(undefined);
  const [camera, setCamera] = useState<'opening' | 'ready' | CameraProblem>('opening');
  const [agreed, setAgreed] = useState(false);
  const [others, setOthers] = useState<readonly string[]>([]);
  const [phone, setPhone] = useState('');
  const [state, setState] = useState<State>({ name: 'asking' });
  // the same id for every try of the same person, so that a lost answer does not enrol them twice
  const enrolmentId = useRef(newId());

  const enrol = async (): Promise<void> => {
    if (!video.current || streetId === undefined) return;
    setState({ name: 'working' });
    const form = new FormData();
    const language = isLanguage(i18n.language) ? i18n.language : 'en';
    const streets = [streetId, ...others];
    form.set('enrolmentId', enrolmentId.current);
    form.set('consent', JSON.stringify({ textVersion: CONSENT_TEXT_VERSION, language, streets }));
    if (phone !== '') form.set('phoneLast4', phone);
    for (let i = 0; i < PHOTOS; i += 1) {
      form.append('photos', await takePicture(video.current), `${i}.jpg`);
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_PHOTOS_MS));
    }
    const answer = await ask('/api/enrolments', enrolmentSchema, { method: 'POST', body: form });
    if (answer.ok) {
      setState({ name: 'enrolled' });
      return;
    }
    // new pictures are other content: they need an id of their own, unless no answer came
    if (answer.error.kind !== 'offline') enrolmentId.current = newId();
    setState({ name: 'failed', failure: answer.error });
  };
  const next = (): void => {
    enrolmentId.current = newId();
    setAgreed(false);
    setOthers([]);
    setPhone('');
    setState({ name: 'asking' });
  };

  if (state.name === 'enrolled') return <Enrolled onNext={next} />;
  const agree = (yes: boolean): void => {
    setAgreed(yes);
    setCamera('opening');
  };
  const mayStart = agreed && camera === 'ready' && state.name !== 'working';
  return (
    <section className="card" aria-labelledby="enrol">
      <h1 id="enrol">{t('enrol.heading')}</h1>
      <div className="enrol">
        <div className="stack">
          <ConsentText agreed={agreed} onChange={agree} />
          <StreetChoice own={streetId} chosen={others} onChange={setOthers} />
          <PhoneField value={phone} onChange={setPhone} />
        </div>
        <div className="stack enrol-camera">
          <ConsentedCamera
            agreed={agreed}
            camera={camera}
            onReady={(element) => {
              video.current = element;
              setCamera('ready');
            }}
            onProblem={setCamera}
          />
          <Button kind="primary" disabled={!mayStart} onClick={() => void enrol()}>
            {t(state.name === 'working' ? 'enrol.working' : 'enrol.start')}
          </Button>
          {state.name === 'failed' ? <Failed failure={state.failure} /> : null}
        </div>
      </div>
    </section>
  );
}

interface ConsentedCameraProps {
  readonly agreed: boolean;
  readonly camera: 'opening' | 'ready' | CameraProblem;
  readonly onReady: (video: HTMLVideoElement) => void;
  readonly onProblem: (problem: CameraProblem) => void;
}

/** No camera runs before the person has agreed. */
function ConsentedCamera({ agreed, camera, ...on }: ConsentedCameraProps): ReactElement {
  const { t } = useTranslation();
  if (!agreed) return <p className="muted">{t('enrol.agreeFirst')}</p>;
  return (
    <>
      <OvalCamera onReady={on.onReady} onProblem={on.onProblem} />
      <CameraNote camera={camera} />
    </>
  );
}

interface PhoneFieldProps {
  readonly value: string;
  readonly onChange: (digits: string) => void;
}

function PhoneField({ value, onChange }: PhoneFieldProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="field">
      <label htmlFor="phone">{t('enrol.phone')}</label>
      <input
        id="phone"
        inputMode="numeric"
        pattern="\d{4}"
        maxLength={4}
        value={value}
        onChange={(event) => onChange(event.target.value.replaceAll(/\D/g, ''))}
      />
    </div>
  );
}

interface ConsentTextProps {
  readonly agreed: boolean;
  readonly onChange: (agreed: boolean) => void;
}

function ConsentText({ agreed, onChange }: ConsentTextProps): ReactElement {
  const { t } = useTranslation();
  return (
    <fieldset className="stack">
      <legend className="title">{t('enrol.consent.heading')}</legend>
      <ul className="consent">
        {POINTS.map((point) => (
          <li key={point}>{t(`enrol.consent.${point}`)}</li>
        ))}
      </ul>
      <label className="choice">
        <input
          type="checkbox"
          checked={agreed}
          onChange={(event) => onChange(event.target.checked)}
        />
        {t('enrol.consent.agree')}
      </label>
      <p className="small muted">{t('enrol.consent.version', { version: CONSENT_TEXT_VERSION })}</p>
    </fieldset>
  );
}

interface StreetChoiceProps {
  readonly own: string | undefined;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** The street of this hub is what enrolment is for; every other one is the person's own choice. */
function StreetChoice({ own, chosen, onChange }: StreetChoiceProps): ReactElement {
  const { t } = useTranslation();
  const directory = usePolled('/api/directory', directorySchema, POLL_MS);
  const hubs = directory.value?.hubs ?? [];
  const others = hubs.filter((hub) => hub.streetId !== own);
  const toggle = (streetId: string, on: boolean): void =>
    onChange(on ? [...chosen, streetId] : chosen.filter((each) => each !== streetId));
  return (
    <fieldset>
      <legend className="field-name">{t('enrol.streets')}</legend>
      <p>
        {hubs.find((hub) => hub.streetId === own)?.streetName ?? own ?? ''} {t('enrol.here')}
      </p>
      {others.map((hub) => (
        <label className="choice" key={hub.hubId}>
          <input
            type="checkbox"
            checked={chosen.includes(hub.streetId)}
            onChange={(event) => toggle(hub.streetId, event.target.checked)}
          />
          {hub.streetName}
        </label>
      ))}
    </fieldset>
  );
}

function CameraNote({ camera }: { readonly camera: 'opening' | 'ready' | CameraProblem }) {
  const { t } = useTranslation();
  if (camera === 'opening') return <p className="muted">{t('common.cameraWaiting')}</p>;
  if (camera === 'ready') return <p className="muted">{t('enrol.look')}</p>;
  return (
    <Notice tone="bad" icon="cross">
      {t(`common.camera.${camera}`)} {t('common.code', { code: camera })}
    </Notice>
  );
}

function Failed({ failure }: { readonly failure: HttpFailure }): ReactElement {
  const { t, i18n } = useTranslation();
  const code = failureCode(failure);
  const key = `enrol.problems.${code}`;
  return (
    <Notice tone="bad" icon="again">
      <p>{i18n.exists(key) ? t(key) : t('enrol.failed')}</p>
      <p className="small muted">{t('common.code', { code })}</p>
    </Notice>
  );
}

function Enrolled({ onNext }: { readonly onNext: () => void }): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="card narrow" aria-labelledby="enrolled">
      <h1 id="enrolled">{t('enrol.done')}</h1>
      <Notice tone="good" icon="check">
        {t('enrol.doneNote')}
      </Notice>
      <Button kind="primary" onClick={onNext}>
        {t('enrol.next')}
      </Button>
    </section>
  );
}
