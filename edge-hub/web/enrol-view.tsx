import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { directorySchema } from '../../shared/contracts/http-hub.ts';
import { Button } from '../../shared/web/button.tsx';
import type { CameraProblem } from '../../shared/web/camera.ts';
import { isLanguage } from '../../shared/web/language.ts';
import { Notice } from '../../shared/web/mark.tsx';
import { OvalCamera } from '../../shared/web/oval-camera.tsx';
import { usePolled } from '../../shared/web/use-polled.ts';
import { CONSENT_TEXT_VERSION } from './consent-text.ts';
import { useEnrolment } from './use-enrolment.ts';

const POLL_MS = 15_000;
const POINTS = ['what', 'where', 'use', 'way', 'erase'] as const;

/** One person, with their own consent, in front of the webcam. Pictures go to the hub and stay nowhere. */
export function EnrolView({ streetId }: { readonly streetId: string | undefined }): ReactElement {
  const { t, i18n } = useTranslation();
  const video = useRef<HTMLVideoElement>(undefined);
  const [camera, setCamera] = useState<'opening' | 'ready' | CameraProblem>('opening');
  const [agreed, setAgreed] = useState(false);
  const [others, setOthers] = useState<readonly string[]>([]);
  const [phone, setPhone] = useState('');
  const { state, enrol, forget } = useEnrolment();
  const working = state.name === 'working';

  const start = (): void => {
    if (!video.current || streetId === undefined) return;
    const language = isLanguage(i18n.language) ? i18n.language : 'en';
    void enrol(video.current, { streets: [streetId, ...others], language, phoneLast4: phone });
  };
  const agree = (yes: boolean): void => {
    forget();
    setAgreed(yes);
    setCamera('opening');
  };
  const next = (): void => {
    agree(false);
    setOthers([]);
    setPhone('');
  };

  if (state.name === 'enrolled') return <Enrolled onNext={next} />;
  const mayStart = agreed && camera === 'ready' && !working;
  return (
    <section className="card" aria-labelledby="enrol">
      <h1 id="enrol">{t('enrol.heading')}</h1>
      <div className="enrol">
        {/* what is agreed to does not change under pictures being taken */}
        <fieldset className="stack" disabled={working}>
          <ConsentText agreed={agreed} onChange={agree} />
          <StreetChoice own={streetId} chosen={others} onChange={setOthers} />
          <PhoneField value={phone} onChange={setPhone} />
        </fieldset>
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
          <Button kind="primary" disabled={!mayStart} onClick={start}>
            {t(working ? 'enrol.working' : 'enrol.start')}
          </Button>
          {state.name === 'failed' ? <Failed code={state.code} /> : null}
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

function Failed({ code }: { readonly code: string }): ReactElement {
  const { t, i18n } = useTranslation();
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
  const heading = useRef<HTMLHeadingElement>(null);
  // the button that was pressed is gone: a screen reader goes on from here
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="card narrow" aria-labelledby="enrolled">
      <h1 id="enrolled" ref={heading} tabIndex={-1}>
        {t('enrol.done')}
      </h1>
      <Notice tone="good" icon="check">
        {t('enrol.doneNote')}
      </Notice>
      <Button kind="primary" onClick={onNext}>
        {t('enrol.next')}
      </Button>
    </section>
  );
}
